/* The plugin class that DPF calls. It declares the parameters, and converts between DPF's types
   and ours.

   Antiphon is an app that answers a musician. The plugin connects the app to a track of a DAW: it
   sends the player's MIDI and the host's position to the app, and plays the app's events at their
   exact frames. All musical decisions are made in the app. `player.hpp` processes a block of audio,
   and `courier.hpp` exchanges messages with the app.

   There are three threads. The host's main thread creates, activates and destroys the plugin. The
   audio thread runs it. Both may set parameters, so parameters are atomic. The third thread is the
   courier's; it shares only the mailbox with this class. */

#include <array>
#include <atomic>
#include <cstring>
#include <memory>
#include <random>
#include <exception>

#include "DistrhoPlugin.hpp"
#include "DistrhoPluginUtils.hpp"

#include "clap_time.hpp"
#include "courier.hpp"
#include "host_time.hpp"
#include "mailbox.hpp"
#include "player.hpp"

START_NAMESPACE_DISTRHO

namespace {

enum ParameterIndex : std::uint32_t { kBypass, kPlays, kListens, kThru, kApp, kParameterCount };

/* The choices of "Plays": everything, or one instrument of `bridge/midi/instruments.py`. */
constexpr std::array<const char*, 15> kPlaysLabels{
    "everything", "piano", "organ", "harp",     "guitar", "bass",    "violin", "cello",
    "voice",      "flute", "clarinet", "sax",   "trumpet", "synth", "drums"};

/* In the order of `antiphon::AppState`. */
constexpr std::array<const char*, 4> kAppLabels{"absent", "connected", "speaks another version",
                                               "is another user's"};

struct ParameterText {
    std::uint32_t hints;
    const char* name;
    const char* symbol;
    float initial;
};

constexpr std::uint32_t kSwitch = kParameterIsAutomatable | kParameterIsBoolean;

/* In the order of `ParameterIndex`. Projects store parameters by symbol, so symbols are fixed. */
constexpr std::array<ParameterText, kParameterCount> kTexts{{
    {kSwitch, "Bypass", "", 0},  // DPF sets its name and symbol
    {kParameterIsAutomatable, "Plays", "plays", 0},
    {kSwitch, "Listens", "listens", 1},
    {kSwitch, "Thru", "thru", 0},
    {kParameterIsOutput, "App", "app", 0},
}};

constexpr std::uint32_t kMostMidiIn = 512;  // DPF passes no more in one block

template <std::size_t Count>
void name_values(Parameter& parameter, const std::array<const char*, Count>& labels) {
    auto* const values = new ParameterEnumerationValue[Count];  // DPF deletes them
    for (std::size_t each = 0; each < Count; ++each) {
        values[each].value = static_cast<float>(each);
        values[each].label = labels[each];
    }
    parameter.enumValues.count = static_cast<std::uint8_t>(Count);
    parameter.enumValues.restrictedMode = true;
    parameter.enumValues.values = values;
    parameter.ranges = ParameterRanges(0, 0, static_cast<float>(Count - 1));
}

std::uint64_t random_id() {
    std::random_device dice;
    return (static_cast<std::uint64_t>(dice()) << 32) | dice();
}

antiphon::Format plugin_format() {
    return std::strcmp(getPluginFormatName(), "VST3") == 0 ? antiphon::Format::vst3
                                                           : antiphon::Format::lv2;
}

}  // namespace

class Antiphon : public Plugin, private antiphon::Sink {
public:
    Antiphon() : Plugin(kParameterCount, 0, 0), player_(mailbox_) {
        for (std::uint32_t each = 0; each < kParameterCount; ++each)
            values_[each].store(kTexts[each].initial);
    }

protected:
    const char* getLabel() const override { return "antiphon"; }
    const char* getDescription() const override {
        return "Joins a track with the Antiphon app, which answers what is played on it.";
    }
    const char* getMaker() const override { return "Antiphon"; }
    const char* getLicense() const override { return "Apache-2.0"; }
    std::uint32_t getVersion() const override { return d_version(0, 1, 0); }
    std::int64_t getUniqueId() const override {
        return d_cconst('A', 'n', 't', ANTIPHON_INSTRUMENT ? 'i' : 'e');
    }

    void initParameter(std::uint32_t index, Parameter& parameter) override {
        if (index == kBypass) return parameter.initDesignation(kParameterDesignationBypass);
        const ParameterText& text = kTexts[index];
        parameter.hints = text.hints | kParameterIsInteger;
        parameter.name = text.name;
        parameter.symbol = text.symbol;
        parameter.ranges = ParameterRanges(text.initial, 0, 1);
        if (index == kPlays) name_values(parameter, kPlaysLabels);
        if (index == kApp) name_values(parameter, kAppLabels);
    }

    float getParameterValue(std::uint32_t index) const override {
        if (index == kApp)
            return static_cast<float>(mailbox_.app.load(std::memory_order_relaxed));
        return index < kParameterCount ? values_[index].load(std::memory_order_relaxed) : 0;
    }

    void setParameterValue(std::uint32_t index, float value) override {
        if (index < kApp) values_[index].store(value, std::memory_order_relaxed);
    }

#if DISTRHO_PLUGIN_WANT_STATE
    /* The parameters are the only state; see DistrhoPluginInfo.h. */
    void setState(const char*, const char*) override {}
#endif

    /* Hosts also create instances only to inspect them. So the thread is started
       here, and not in the constructor. */
    void activate() override {
        if (courier_ != nullptr) return;
        try {
            courier_ = std::make_unique<antiphon::Courier>(mailbox_, random_id(),
                                                           antiphon::places());
        } catch (const std::exception&) {
            // The system has no more threads, or no more memory. An exception would end the DAW, so
            // the plugin goes on without the app.
        }
    }

    /* No format can send MIDI outside of `run`. So the notes that sound now are released in the
       first block after the next `activate`. If there is none, the host releases them: hosts
       silence a track when they remove its plugin. */
    void deactivate() override { player_.suspend(); }

#if DISTRHO_PLUGIN_NUM_OUTPUTS > 0
    void run(const float**, float** outputs, std::uint32_t frames, const MidiEvent* events,
             std::uint32_t event_count) override {
        for (int channel = 0; channel < DISTRHO_PLUGIN_NUM_OUTPUTS; ++channel)
            std::memset(outputs[channel], 0, frames * sizeof(float));
        run_midi(frames, events, event_count);
    }
#else
    void run(const float**, float**, std::uint32_t frames, const MidiEvent* events,
             std::uint32_t event_count) override {
        run_midi(frames, events, event_count);
    }
#endif

private:
    void run_midi(std::uint32_t frames, const MidiEvent* events, std::uint32_t event_count) {
        antiphon::BlockOfAudio block;
        block.host = clap_time_ != nullptr ? *clap_time_
                                           : antiphon::host_time(getTimePosition(), format_);
        block.frames = frames;
        block.rate_hz = getSampleRate();
        block.now_ns = antiphon::steady_ns();
        block.incoming = incoming_.data();
        block.incoming_count = take(events, event_count);
        player_.run(block, settings(), *this);
    }

    /* Copy the short messages. Longer ones are system exclusive and do not affect notes. */
    std::uint32_t take(const MidiEvent* events, std::uint32_t event_count) {
        std::uint32_t count = 0;
        for (std::uint32_t each = 0; each < event_count && count < kMostMidiIn; ++each) {
            const MidiEvent& event = events[each];
            if (event.size == 0 || event.size > 3) continue;
            antiphon::Incoming& incoming = incoming_[count++];
            incoming.frame = event.frame;
            incoming.midi.size = whole_size(event);
            incoming.midi.bytes = {event.data[0], event.data[1], event.data[2]};
        }
        return count;
    }

    /* A CLAP event always has three bytes, so DPF gives even a program change the size 3. */
    static std::uint8_t whole_size(const MidiEvent& event) {
        const std::uint8_t status = event.data[0] & 0xF0;
        if (status == 0xC0 || status == 0xD0) return 2;
        return static_cast<std::uint8_t>(event.size);
    }

    antiphon::Settings settings() const {
        antiphon::Settings settings;
        settings.bypassed = is_on(kBypass);
        settings.listens = is_on(kListens);
        // A bypassed effect passes its input through.
        settings.thru = is_on(kThru) || (settings.bypassed && !ANTIPHON_INSTRUMENT);
        settings.plays = static_cast<std::uint8_t>(values_[kPlays].load(std::memory_order_relaxed));
        return settings;
    }

    bool is_on(std::uint32_t index) const {
        return values_[index].load(std::memory_order_relaxed) > 0.5f;
    }

    bool emit(std::uint32_t frame, const antiphon::wire::Midi& midi) override {
        MidiEvent event{};
        event.frame = frame;
        event.size = midi.size;
        std::memcpy(event.data, midi.bytes.data(), midi.bytes.size());
        return writeMidiEvent(event);
    }

    const antiphon::Format format_ = plugin_format();
    const antiphon::HostTime* const clap_time_ = antiphon::clap_time_of_new_instance;
    std::array<std::atomic<float>, kParameterCount> values_{};
    std::array<antiphon::Incoming, kMostMidiIn> incoming_{};
    antiphon::Mailbox mailbox_;
    antiphon::Player player_;
    std::unique_ptr<antiphon::Courier> courier_;  // last, because its thread uses the mailbox

    DISTRHO_DECLARE_NON_COPYABLE_WITH_LEAK_DETECTOR(Antiphon)
};

Plugin* createPlugin() { return new Antiphon(); }

END_NAMESPACE_DISTRHO
