/* The front door for CLAP hosts: DPF's own, with an ear at it.

   A CLAP host finds `clap_entry`, asks it for a factory, and the factory for plugins; a plugin is a
   struct of functions. DPF provides all of these (compiled under the name `dpf_clap_entry`, see the
   Makefile). The plugin that we give to the host is a copy of DPF's in which three functions are
   ours: `process` reads the host's position before DPF flattens it (`clap_time.hpp` says why), and
   `init` and `destroy` go to DPF's original, which may look at its own address. */

#include <cstdint>
#include <memory>

#include "src/clap/entry.h"
#include "src/clap/events.h"
#include "src/clap/plugin-factory.h"
#include "src/clap/process.h"

#include "clap_time.hpp"
#include "host_time.hpp"
#include "transport.hpp"

extern const clap_plugin_entry_t dpf_clap_entry;

namespace antiphon {
namespace {

struct Overheard {
    clap_plugin_t plugin{};  // the first member: a pointer to it is a pointer to us
    const clap_plugin_t* inner = nullptr;
    HostTime time;
};

double quarters(clap_beattime beats) {
    return static_cast<double>(beats) / static_cast<double>(CLAP_BEATTIME_FACTOR);
}

HostTime clap_time(const clap_event_transport_t* told) {
    HostTime host;
    if (told == nullptr) return host;
    host.playing = (told->flags & CLAP_TRANSPORT_IS_PLAYING) != 0;
    if ((told->flags & CLAP_TRANSPORT_HAS_TEMPO) != 0 && told->tempo > 0)
        host.tempo_bpm = told->tempo;
    if ((told->flags & CLAP_TRANSPORT_HAS_TIME_SIGNATURE) != 0 && told->tsig_denom != 0) {
        host.numerator = static_cast<std::uint8_t>(told->tsig_num);
        host.denominator = static_cast<std::uint8_t>(told->tsig_denom);
    }
    host.valid = (told->flags & CLAP_TRANSPORT_HAS_BEATS_TIMELINE) != 0;
    if (!host.valid) return host;
    host.position_quarters = quarters(told->song_pos_beats);
    host.bar_start_quarters = quarters(told->bar_start);
    host.bar = told->bar_number;
    return host;
}

Overheard& of(const clap_plugin_t* plugin) {
    return *reinterpret_cast<Overheard*>(const_cast<clap_plugin_t*>(plugin));
}

bool CLAP_ABI init(const clap_plugin_t* plugin) {
    const clap_plugin_t* const inner = of(plugin).inner;
    return inner->init(inner);
}

void CLAP_ABI destroy(const clap_plugin_t* plugin) {
    const std::unique_ptr<Overheard> overheard(&of(plugin));
    overheard->inner->destroy(overheard->inner);
}

clap_process_status CLAP_ABI process(const clap_plugin_t* plugin, const clap_process_t* block) {
    Overheard& overheard = of(plugin);
    overheard.time = clap_time(block->transport);
    return overheard.inner->process(overheard.inner, block);
}

const clap_plugin_factory_t* dpf_factory() {
    return static_cast<const clap_plugin_factory_t*>(
        dpf_clap_entry.get_factory(CLAP_PLUGIN_FACTORY_ID));
}

std::uint32_t CLAP_ABI count(const clap_plugin_factory_t*) {
    return dpf_factory()->get_plugin_count(dpf_factory());
}

const clap_plugin_descriptor_t* CLAP_ABI descriptor(const clap_plugin_factory_t*,
                                                    std::uint32_t index) {
    return dpf_factory()->get_plugin_descriptor(dpf_factory(), index);
}

const clap_plugin_t* CLAP_ABI create(const clap_plugin_factory_t*, const clap_host_t* host,
                                     const char* id) {
    auto overheard = std::make_unique<Overheard>();
    clap_time_of_new_instance = &overheard->time;
    overheard->inner = dpf_factory()->create_plugin(dpf_factory(), host, id);
    clap_time_of_new_instance = nullptr;
    if (overheard->inner == nullptr) return nullptr;
    overheard->plugin = *overheard->inner;
    overheard->plugin.init = init;
    overheard->plugin.destroy = destroy;
    overheard->plugin.process = process;
    return &overheard.release()->plugin;
}

const clap_plugin_factory_t kFactory{count, descriptor, create};

bool CLAP_ABI enter(const char* path) { return dpf_clap_entry.init(path); }

void CLAP_ABI leave() { dpf_clap_entry.deinit(); }

const void* CLAP_ABI get_factory(const char* id) {
    return dpf_clap_entry.get_factory(id) == nullptr ? nullptr : &kFactory;
}

}  // namespace
}  // namespace antiphon

const clap_plugin_entry_t clap_entry{CLAP_VERSION, antiphon::enter, antiphon::leave,
                                     antiphon::get_factory};
