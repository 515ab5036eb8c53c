/* The CLAP entry point. It wraps DPF's, to read the host's position before DPF converts it.

   A CLAP host looks up `clap_entry`, gets a factory from it, and plugins from the factory. A plugin
   is a struct of function pointers. DPF provides all of these; its entry point is compiled under
   the name `dpf_clap_entry` (see the Makefile). The host gets a copy of DPF's plugin struct with
   three functions replaced. `process` reads the host's position first (`clap_time.hpp` explains
   why). `init` and `destroy` call DPF's functions with DPF's own struct, because DPF may use its
   address. */

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

struct Wrapped {
    clap_plugin_t plugin{};  // first, so that a pointer to it is a pointer to this struct
    const clap_plugin_t* inner = nullptr;
    HostTime time;
};

double quarters(clap_beattime beats) {
    return static_cast<double>(beats) / static_cast<double>(CLAP_BEATTIME_FACTOR);
}

HostTime clap_time(const clap_event_transport_t* reported) {
    HostTime host;
    if (reported == nullptr) return host;
    host.playing = (reported->flags & CLAP_TRANSPORT_IS_PLAYING) != 0;
    if ((reported->flags & CLAP_TRANSPORT_HAS_TEMPO) != 0 && reported->tempo > 0)
        host.tempo_bpm = reported->tempo;
    if ((reported->flags & CLAP_TRANSPORT_HAS_TIME_SIGNATURE) != 0 && reported->tsig_denom != 0) {
        host.numerator = static_cast<std::uint8_t>(reported->tsig_num);
        host.denominator = static_cast<std::uint8_t>(reported->tsig_denom);
    }
    host.valid = (reported->flags & CLAP_TRANSPORT_HAS_BEATS_TIMELINE) != 0;
    if (!host.valid) return host;
    host.position_quarters = quarters(reported->song_pos_beats);
    host.bar_start_quarters = quarters(reported->bar_start);
    host.bar = reported->bar_number;
    return host;
}

Wrapped& of(const clap_plugin_t* plugin) {
    return *reinterpret_cast<Wrapped*>(const_cast<clap_plugin_t*>(plugin));
}

bool CLAP_ABI init(const clap_plugin_t* plugin) {
    const clap_plugin_t* const inner = of(plugin).inner;
    return inner->init(inner);
}

void CLAP_ABI destroy(const clap_plugin_t* plugin) {
    const std::unique_ptr<Wrapped> wrapped(&of(plugin));
    wrapped->inner->destroy(wrapped->inner);
}

clap_process_status CLAP_ABI process(const clap_plugin_t* plugin, const clap_process_t* block) {
    Wrapped& wrapped = of(plugin);
    wrapped.time = clap_time(block->transport);
    return wrapped.inner->process(wrapped.inner, block);
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
    auto wrapped = std::make_unique<Wrapped>();
    clap_time_of_new_instance = &wrapped->time;
    wrapped->inner = dpf_factory()->create_plugin(dpf_factory(), host, id);
    clap_time_of_new_instance = nullptr;
    if (wrapped->inner == nullptr) return nullptr;
    wrapped->plugin = *wrapped->inner;
    wrapped->plugin.init = init;
    wrapped->plugin.destroy = destroy;
    wrapped->plugin.process = process;
    return &wrapped.release()->plugin;
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
