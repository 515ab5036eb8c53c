/* A host for tests: it loads a CLAP plugin and runs it block by block, by commands.

   A DAW runs in real time and hides the boundaries of blocks. Here every block is one line on
   standard input, and the events that the plugin emits in it are one line on standard output. So a
   test knows the exact position of a block and the exact frame of an event, and never waits. Words
   are separated by spaces; instances are counted from 0.

       new                                create an instance                     -> its number
       drop I                             destroy it                             -> ok
       activate I RATE / deactivate I                                            -> ok
       set I PARAMETER VALUE              with the next block                    -> ok
       get I PARAMETER                                                           -> its value
       text I PARAMETER VALUE             the plugin's text for the value        -> the text
       save I                             the state, in hexadecimal              -> the state
       load I STATE                                                              -> ok
       refuse N                           accept only N events in each block     -> ok
       block I FRAMES PLAYING POSITION TEMPO NUMERATOR DENOMINATOR {FRAME BYTE BYTE BYTE}
                                          -> "emitted" {FRAME BYTE BYTE BYTE}
       roll I FRAMES TEMPO                run in real time until the next line arrives
                                          -> "at" NANOSECONDS BYTE BYTE BYTE, for each event

   PLAYING is 0 or 1; POSITION is in quarter notes, or "none". DPF writes its warnings to standard
   error, which is left to the caller. */

#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <iostream>
#include <map>
#include <memory>
#include <poll.h>
#include <sstream>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include "clap/entry.h"
#include "clap/events.h"
#include "clap/ext/params.h"
#include "clap/ext/state.h"
#include "clap/host.h"
#include "clap/plugin-factory.h"
#include "clap/process.h"

namespace {

struct Event {
    std::uint32_t frame;
    std::array<int, 3> bytes;
};

[[noreturn]] void fail(const std::string& why) {
    std::cerr << why << std::endl;
    std::exit(1);
}

std::int64_t steady_ns() {
    const auto since_zero = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::nanoseconds>(since_zero).count();
}

/* ------------------------------------------------------------------- what a host must provide */

const void* get_extension(const clap_host_t*, const char*) { return nullptr; }
void ignore(const clap_host_t*) {}

const clap_host_t kHost = {CLAP_VERSION, nullptr,       "Antiphon's tests", "Antiphon", "",
                           "1",          get_extension, ignore,             ignore,     ignore};

union Input {
    clap_event_header_t header;
    clap_event_midi_t midi;
    clap_event_param_value_t parameter;
};

struct Inputs {
    std::vector<Input> events;
    clap_input_events_t list{this, size, get};

    static std::uint32_t size(const clap_input_events_t* list) {
        return static_cast<std::uint32_t>(static_cast<Inputs*>(list->ctx)->events.size());
    }
    static const clap_event_header_t* get(const clap_input_events_t* list, std::uint32_t index) {
        return &static_cast<Inputs*>(list->ctx)->events[index].header;
    }
};

struct Outputs {
    std::vector<Event> events;
    std::size_t room = SIZE_MAX;
    clap_output_events_t list{this, push};

    static bool push(const clap_output_events_t* list, const clap_event_header_t* header) {
        auto& outputs = *static_cast<Outputs*>(list->ctx);
        if (header->type != CLAP_EVENT_MIDI) return true;
        if (outputs.events.size() >= outputs.room) return false;
        clap_event_midi_t midi;
        std::memcpy(&midi, header, sizeof midi);
        outputs.events.push_back({header->time, {midi.data[0], midi.data[1], midi.data[2]}});
        return true;
    }
};

std::int64_t write_state(const clap_ostream_t* stream, const void* data, std::uint64_t size) {
    static_cast<std::string*>(stream->ctx)->append(static_cast<const char*>(data), size);
    return static_cast<std::int64_t>(size);
}

std::int64_t read_state(const clap_istream_t* stream, void* data, std::uint64_t room) {
    auto& state = *static_cast<std::string*>(stream->ctx);
    const std::size_t size = std::min<std::size_t>(room, state.size());
    std::memcpy(data, state.data(), size);
    state.erase(0, size);
    return static_cast<std::int64_t>(size);
}

/* ------------------------------------------------------------------------------ one instance */

struct Block {
    std::uint32_t frames = 0;
    bool playing = false;
    bool has_position = false;
    double position_quarters = 0;
    double tempo_bpm = 120;
    std::uint16_t numerator = 4;
    std::uint16_t denominator = 4;
};

clap_event_transport_t transport_of(const Block& block) {
    clap_event_transport_t transport{};
    transport.header.size = sizeof transport;
    transport.header.type = CLAP_EVENT_TRANSPORT;
    transport.flags = CLAP_TRANSPORT_HAS_TEMPO;
    if (block.playing) transport.flags |= CLAP_TRANSPORT_IS_PLAYING;
    transport.tempo = block.tempo_bpm;
    if (!block.has_position) return transport;
    transport.flags |= CLAP_TRANSPORT_HAS_BEATS_TIMELINE | CLAP_TRANSPORT_HAS_TIME_SIGNATURE;
    const double bar_quarters = block.numerator * 4.0 / block.denominator;
    const double bar = std::floor(block.position_quarters / bar_quarters);
    transport.song_pos_beats = std::llround(block.position_quarters * CLAP_BEATTIME_FACTOR);
    transport.bar_start = std::llround(bar * bar_quarters * CLAP_BEATTIME_FACTOR);
    transport.bar_number = static_cast<std::int32_t>(bar);
    transport.tsig_num = block.numerator;
    transport.tsig_denom = block.denominator;
    return transport;
}

class Instance {
public:
    explicit Instance(const clap_plugin_factory_t& factory) {
        const auto* const descriptor = factory.get_plugin_descriptor(&factory, 0);
        plugin_ = factory.create_plugin(&factory, &kHost, descriptor->id);
        if (plugin_ == nullptr || !plugin_->init(plugin_)) fail("the plugin does not initialise");
        parameters_ = extension<clap_plugin_params_t>(CLAP_EXT_PARAMS);
        state_ = extension<clap_plugin_state_t>(CLAP_EXT_STATE);
    }

    ~Instance() {
        deactivate();
        plugin_->destroy(plugin_);
    }

    Instance(const Instance&) = delete;
    Instance& operator=(const Instance&) = delete;

    void activate(double rate_hz) {
        if (!plugin_->activate(plugin_, rate_hz, 1, 8192)) fail("the plugin does not activate");
        plugin_->start_processing(plugin_);
        rate_hz_ = rate_hz;
        active_ = true;
    }

    void deactivate() {
        if (!active_) return;
        plugin_->stop_processing(plugin_);
        plugin_->deactivate(plugin_);
        active_ = false;
    }

    void set(clap_id parameter, double value) {
        Input input{};
        input.parameter.header = {sizeof input.parameter, 0, 0, CLAP_EVENT_PARAM_VALUE, 0};
        input.parameter.param_id = parameter;
        input.parameter.value = value;
        inputs_.events.push_back(input);
    }

    double get(clap_id parameter) const {
        double value = 0;
        parameters_->get_value(plugin_, parameter, &value);
        return value;
    }

    std::string text(clap_id parameter, double value) const {
        std::array<char, 256> text{};
        parameters_->value_to_text(plugin_, parameter, value, text.data(), text.size());
        return text.data();
    }

    std::string save() const {
        std::string state;
        const clap_ostream_t stream{&state, write_state};
        if (!state_->save(plugin_, &stream)) fail("the plugin does not save");
        return state;
    }

    void load(std::string state) const {
        const clap_istream_t stream{&state, read_state};
        if (!state_->load(plugin_, &stream)) fail("the plugin does not load");
    }

    void receive(const Event& event) {
        Input input{};
        input.midi.header = {sizeof input.midi, event.frame, 0, CLAP_EVENT_MIDI, 0};
        for (std::size_t byte = 0; byte < 3; ++byte)
            input.midi.data[byte] = static_cast<std::uint8_t>(event.bytes[byte]);
        inputs_.events.push_back(input);
    }

    std::vector<Event> run(const Block& block, std::size_t room) {
        const clap_event_transport_t transport = transport_of(block);
        Outputs outputs;
        outputs.room = room;
        clap_process_t process{};
        process.steady_time = steady_frames_;
        process.frames_count = block.frames;
        process.transport = &transport;
        process.in_events = &inputs_.list;
        process.out_events = &outputs.list;
        if (plugin_->process(plugin_, &process) == CLAP_PROCESS_ERROR) fail("processing failed");
        steady_frames_ += block.frames;
        inputs_.events.clear();
        return outputs.events;
    }

    double rate_hz() const { return rate_hz_; }

private:
    template <typename Extension>
    const Extension* extension(const char* id) const {
        const auto* const found =
            static_cast<const Extension*>(plugin_->get_extension(plugin_, id));
        if (found == nullptr) fail(std::string("the plugin has no ") + id);
        return found;
    }

    const clap_plugin_t* plugin_ = nullptr;
    const clap_plugin_params_t* parameters_ = nullptr;
    const clap_plugin_state_t* state_ = nullptr;
    Inputs inputs_;
    double rate_hz_ = 48'000;
    std::int64_t steady_frames_ = 0;
    bool active_ = false;
};

/* -------------------------------------------------------------------------------- the script */

std::string to_hex(const std::string& bytes) {
    std::string text;
    for (const char byte : bytes) {
        std::array<char, 3> digits{};
        std::snprintf(digits.data(), digits.size(), "%02x", static_cast<unsigned char>(byte));
        text += digits.data();
    }
    return text;
}

std::string from_hex(const std::string& text) {
    std::string bytes;
    for (std::size_t place = 0; place + 1 < text.size(); place += 2)
        bytes += static_cast<char>(std::stoi(text.substr(place, 2), nullptr, 16));
    return bytes;
}

bool line_waits() {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    return ::poll(&input, 1, 0) != 0;
}

class Script {
public:
    explicit Script(const clap_plugin_factory_t& factory) : factory_(factory) {}

    void apply(const std::string& line) {
        std::istringstream words(line);
        std::string verb;
        words >> verb;
        if (verb == "new") return make();
        if (verb == "refuse") return refuse(words);
        int number = 0;
        words >> number;
        if (verb == "drop") return drop(number);
        Instance& instance = *instances_.at(number);
        const std::map<std::string, void (Script::*)(Instance&, std::istringstream&)> verbs{
            {"activate", &Script::activate}, {"deactivate", &Script::deactivate},
            {"set", &Script::set},           {"get", &Script::get},
            {"text", &Script::text},         {"save", &Script::save},
            {"load", &Script::load},         {"block", &Script::block},
            {"roll", &Script::roll}};
        (this->*verbs.at(verb))(instance, words);
    }

private:
    void make() {
        const int number = made_++;
        instances_.emplace(number, std::make_unique<Instance>(factory_));
        std::cout << number << std::endl;
    }

    void drop(int number) {
        instances_.erase(number);
        ok();
    }

    void refuse(std::istringstream& words) {
        words >> room_;
        ok();
    }

    void activate(Instance& instance, std::istringstream& words) {
        double rate_hz = 0;
        words >> rate_hz;
        instance.activate(rate_hz);
        ok();
    }

    void deactivate(Instance& instance, std::istringstream&) {
        instance.deactivate();
        ok();
    }

    void set(Instance& instance, std::istringstream& words) {
        clap_id parameter = 0;
        double value = 0;
        words >> parameter >> value;
        instance.set(parameter, value);
        ok();
    }

    void get(Instance& instance, std::istringstream& words) {
        clap_id parameter = 0;
        words >> parameter;
        std::cout << instance.get(parameter) << std::endl;
    }

    void text(Instance& instance, std::istringstream& words) {
        clap_id parameter = 0;
        double value = 0;
        words >> parameter >> value;
        std::cout << instance.text(parameter, value) << std::endl;
    }

    void save(Instance& instance, std::istringstream&) {
        std::cout << to_hex(instance.save()) << std::endl;
    }

    void load(Instance& instance, std::istringstream& words) {
        std::string state;
        words >> state;
        instance.load(from_hex(state));
        ok();
    }

    void block(Instance& instance, std::istringstream& words) {
        Block block;
        std::string position;
        words >> block.frames >> block.playing >> position >> block.tempo_bpm >> block.numerator
            >> block.denominator;
        block.has_position = position != "none";
        if (block.has_position) block.position_quarters = std::stod(position);
        Event event{};
        while (words >> event.frame >> event.bytes[0] >> event.bytes[1] >> event.bytes[2])
            instance.receive(event);
        std::cout << "emitted";
        for (const Event& each : instance.run(block, room_))
            std::cout << ' ' << each.frame << ' ' << each.bytes[0] << ' ' << each.bytes[1] << ' '
                      << each.bytes[2];
        std::cout << std::endl;
    }

    void roll(Instance& instance, std::istringstream& words) {
        Block block;
        block.playing = block.has_position = true;
        words >> block.frames >> block.tempo_bpm;
        const double rate_hz = instance.rate_hz();
        const auto begin = std::chrono::steady_clock::now();
        for (std::int64_t blocks = 0; !line_waits(); ++blocks) {
            const double seconds = static_cast<double>(blocks) * block.frames / rate_hz;
            const std::chrono::nanoseconds since_begin(std::llround(seconds * 1e9));
            std::this_thread::sleep_until(begin + since_begin);
            block.position_quarters = seconds * block.tempo_bpm / 60;
            for (const Event& event : instance.run(block, room_))
                std::cout << "at " << steady_ns() << ' ' << event.bytes[0] << ' ' << event.bytes[1]
                          << ' ' << event.bytes[2] << std::endl;
        }
        ok();
    }

    static void ok() { std::cout << "ok" << std::endl; }

    const clap_plugin_factory_t& factory_;
    std::map<int, std::unique_ptr<Instance>> instances_;
    int made_ = 0;
    std::size_t room_ = SIZE_MAX;
};

}  // namespace

int main(int count, char** words) {
    if (count != 2) fail("usage: clap_host PLUGIN.clap");
    void* const library = ::dlopen(words[1], RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) fail(::dlerror());
    const auto* const entry =
        static_cast<const clap_plugin_entry_t*>(::dlsym(library, "clap_entry"));
    if (entry == nullptr || !entry->init(words[1])) fail("this is no CLAP plugin");
    {
        Script script(*static_cast<const clap_plugin_factory_t*>(
            entry->get_factory(CLAP_PLUGIN_FACTORY_ID)));
        for (std::string line; std::getline(std::cin, line);) script.apply(line);
    }
    entry->deinit();
    ::dlclose(library);
    return 0;
}
