/* The wire: what the plugin and the app say to each other, and how each message looks in bytes.

   The two talk in datagrams over UDP on 127.0.0.1. A datagram is one message: a header of sixteen
   bytes, and a body whose size follows from its kind. Every number is little-endian and has a fixed
   width, so neither compiler, word size nor system matters:

       magic     4 bytes  "ANTP"
       version   u8       of this format
       kind      u8       which message the body is
       size      u16      of the whole datagram
       instance  u64      the plugin instance that speaks, or is spoken to

   The header keeps its layout in every version: so either side can tell what the other one speaks
   even where it understands nothing else. What has no magic or another size than it says is rubbish
   and ignored; an unknown kind is ignored as well; another version is refused, and shown.

   The plugin speaks first: it tells its instance in a PluginHello four times a second, and the app
   answers each with an AppHello, which is also its heartbeat. A message is a struct that can list
   its fields in the order of the wire, and that list is the format: writing, reading and counting
   bytes all walk it. `bridge/plugin/wire.py` is the same table in Python; a test holds the two
   together. Nothing here knows a socket, a clock or a plugin. */

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <variant>

namespace antiphon::wire {

constexpr std::array<std::uint8_t, 4> kMagic{'A', 'N', 'T', 'P'};
constexpr std::uint8_t kVersion = 2;
constexpr std::size_t kHeaderSize = 16;
constexpr std::uint16_t kDefaultPort = 47800;

/* What the player plays by hand, on the app's desk, goes out here, and nothing else does. */
constexpr std::uint8_t kHandChannel = 15;

enum class Kind : std::uint8_t {
    plugin_hello = 0x01,
    block = 0x02,
    midi_in = 0x03,
    played = 0x04,
    plugin_bye = 0x05,
    app_hello = 0x81,
    play_now = 0x82,
    play_at_position = 0x83,
    play_at_time = 0x84,
    flush = 0x85,
    app_bye = 0x86,
    flush_all = 0x87,
};

/* A short MIDI message: one to three bytes, without running status. */
struct Midi {
    std::uint8_t size = 0;
    std::array<std::uint8_t, 3> bytes{};
};

/* From the plugin: this instance is here. */
struct PluginHello {
    static constexpr Kind kind = Kind::plugin_hello;
    std::int64_t time_ns = 0;  // of sending, on the plugin's steady clock

    template <typename Fields>
    constexpr void list(Fields& each) { each(time_ns); }
};

/* From the plugin: a block of audio begins, and this is where the host stands. */
struct Block {
    static constexpr Kind kind = Kind::block;
    static constexpr std::uint8_t playing = 1, position_valid = 2, bypassed = 4, listens = 8;

    std::uint64_t sequence = 0;
    std::int64_t time_ns = 0;  // of the first frame, on the plugin's steady clock
    double rate_hz = 0;
    double position_quarters = 0;  // of the first frame; negative in a pre-roll
    double tempo_bpm = 0;          // quarter notes, whatever the metre counts
    double bar_start_quarters = 0;
    std::uint32_t epoch = 0;
    std::uint32_t frames = 0;
    std::int32_t bar = 0;  // the first is 0
    std::uint32_t emitted = 0;
    std::uint32_t dropped_late = 0;
    std::uint32_t lost = 0;  // for want of room
    std::uint8_t numerator = 0;
    std::uint8_t denominator = 0;
    std::uint8_t plays = 0;  // 0 is everything, n the instrument of index n - 1
    std::uint8_t flags = 0;

    template <typename Fields>
    constexpr void list(Fields& each) {
        each(sequence), each(time_ns), each(rate_hz), each(position_quarters), each(tempo_bpm);
        each(bar_start_quarters), each(epoch), each(frames), each(bar), each(emitted);
        each(dropped_late), each(lost), each(numerator), each(denominator), each(plays);
        each(flags);
    }
};

/* From the plugin: the player did this. */
struct MidiIn {
    static constexpr Kind kind = Kind::midi_in;
    std::int64_t time_ns = 0;
    double position_quarters = 0;
    std::uint32_t epoch = 0;
    std::uint32_t frame = 0;  // in its block
    Midi midi;

    template <typename Fields>
    constexpr void list(Fields& each) {
        each(time_ns), each(position_quarters), each(epoch), each(frame);
        each(midi.size), each(midi.bytes);
    }
};

/* From the plugin: this went out. Tag 0 is what the plugin decided by itself: a release it owed. */
struct Played {
    static constexpr Kind kind = Kind::played;
    std::int64_t wanted_ns = 0;
    std::int64_t played_ns = 0;
    std::uint32_t tag = 0;
    std::uint32_t epoch = 0;
    Midi midi;

    template <typename Fields>
    constexpr void list(Fields& each) {
        each(wanted_ns), each(played_ns), each(tag), each(epoch);
        each(midi.size), each(midi.bytes);
    }
};

/* From the plugin: this instance goes. */
struct PluginBye {
    static constexpr Kind kind = Kind::plugin_bye;

    template <typename Fields>
    constexpr void list(Fields&) {}
};

/* From the app: it lives. Another `app` than before is another process: the first one is dead. */
struct AppHello {
    static constexpr Kind kind = Kind::app_hello;
    std::uint64_t app = 0;

    template <typename Fields>
    constexpr void list(Fields& each) { each(app); }
};

/* From the app: play this in the next block. */
struct PlayNow {
    static constexpr Kind kind = Kind::play_now;
    std::uint32_t tag = 0;
    Midi midi;

    template <typename Fields>
    constexpr void list(Fields& each) { each(tag), each(midi.size), each(midi.bytes); }
};

/* From the app: play this there, if the host is still in the epoch that it was planned for. */
struct PlayAtPosition {
    static constexpr Kind kind = Kind::play_at_position;
    std::uint32_t tag = 0;
    std::uint32_t epoch = 0;
    double position_quarters = 0;
    Midi midi;

    template <typename Fields>
    constexpr void list(Fields& each) {
        each(tag), each(epoch), each(position_quarters), each(midi.size), each(midi.bytes);
    }
};

/* From the app: play this then, whatever the host does. */
struct PlayAtTime {
    static constexpr Kind kind = Kind::play_at_time;
    std::uint32_t tag = 0;
    std::int64_t time_ns = 0;  // on the plugin's steady clock
    Midi midi;

    template <typename Fields>
    constexpr void list(Fields& each) {
        each(tag), each(time_ns), each(midi.size), each(midi.bytes);
    }
};

/* From the app: forget what is planned and release what sounds, then go on. What is played by hand
   stays: whoever takes back an answer must not cut the player's own note. */
struct Flush {
    static constexpr Kind kind = Kind::flush;

    template <typename Fields>
    constexpr void list(Fields&) {}
};

/* From the app: it goes. */
struct AppBye {
    static constexpr Kind kind = Kind::app_bye;

    template <typename Fields>
    constexpr void list(Fields&) {}
};

/* From the app: forget and release everything, what is played by hand as well, then go on. */
struct FlushAll {
    static constexpr Kind kind = Kind::flush_all;

    template <typename Fields>
    constexpr void list(Fields&) {}
};

using FromPlugin = std::variant<PluginHello, Block, MidiIn, Played, PluginBye>;
using FromApp =
    std::variant<AppHello, PlayNow, PlayAtPosition, PlayAtTime, Flush, AppBye, FlushAll>;

/* ------------------------------------------------------------------- walking a list of fields */

static_assert(std::numeric_limits<double>::is_iec559 && sizeof(double) == 8,
              "the wire carries IEEE 754 doubles");

/* Count the bytes of a list. */
class Measure {
public:
    std::size_t size = 0;

    template <typename Number>
    constexpr void operator()(const Number&) { size += sizeof(Number); }
};

/* Write a list. The caller has measured it. */
class Writer {
public:
    explicit Writer(std::uint8_t* place) : place_(place) {}

    template <typename Integer>
    std::enable_if_t<std::is_integral_v<Integer>> operator()(const Integer& value) {
        const auto bits = static_cast<std::make_unsigned_t<Integer>>(value);
        for (std::size_t byte = 0; byte < sizeof(Integer); ++byte)
            *place_++ = static_cast<std::uint8_t>(bits >> (8 * byte));
    }

    void operator()(const double& value) {
        std::uint64_t bits = 0;
        std::memcpy(&bits, &value, sizeof bits);
        (*this)(bits);
    }

    template <std::size_t Count>
    void operator()(const std::array<std::uint8_t, Count>& bytes) {
        for (const std::uint8_t byte : bytes) (*this)(byte);
    }

private:
    std::uint8_t* place_;
};

/* Read a list. The caller has measured it. */
class Reader {
public:
    explicit Reader(const std::uint8_t* place) : place_(place) {}

    template <typename Integer>
    std::enable_if_t<std::is_integral_v<Integer>> operator()(Integer& value) {
        std::uint64_t bits = 0;
        for (std::size_t byte = 0; byte < sizeof(Integer); ++byte)
            bits |= static_cast<std::uint64_t>(*place_++) << (8 * byte);
        value = static_cast<Integer>(static_cast<std::make_unsigned_t<Integer>>(bits));
    }

    void operator()(double& value) {
        std::uint64_t bits = 0;
        (*this)(bits);
        std::memcpy(&value, &bits, sizeof value);
    }

    template <std::size_t Count>
    void operator()(std::array<std::uint8_t, Count>& bytes) {
        for (std::uint8_t& byte : bytes) (*this)(byte);
    }

private:
    const std::uint8_t* place_;
};

template <typename Message>
constexpr std::size_t size_of() {
    Message message{};
    Measure measure;
    message.list(measure);
    return kHeaderSize + measure.size;
}

static_assert(size_of<PluginHello>() == 24);
static_assert(size_of<Block>() == 92);
static_assert(size_of<MidiIn>() == 44);
static_assert(size_of<Played>() == 44);
static_assert(size_of<PluginBye>() == 16);
static_assert(size_of<AppHello>() == 24);
static_assert(size_of<PlayNow>() == 24);
static_assert(size_of<PlayAtPosition>() == 36);
static_assert(size_of<PlayAtTime>() == 32);
static_assert(size_of<Flush>() == 16);
static_assert(size_of<AppBye>() == 16);
static_assert(size_of<FlushAll>() == 16);

constexpr std::size_t kLongest = size_of<Block>();

/* ------------------------------------------------------------------------ datagrams and letters */

struct Datagram {
    std::size_t size = 0;
    std::array<std::uint8_t, kLongest> bytes{};
};

template <typename Message>
Datagram encode(std::uint64_t instance, Message message) {
    Datagram datagram;
    datagram.size = size_of<Message>();
    Writer write(datagram.bytes.data());
    write(kMagic), write(kVersion), write(static_cast<std::uint8_t>(Message::kind));
    write(static_cast<std::uint16_t>(datagram.size)), write(instance);
    message.list(write);
    return datagram;
}

enum class Verdict { rubbish, other_version, unknown_kind, understood };

/* A datagram, opened. The body means something only if it was understood. */
template <typename Body>
struct Letter {
    Verdict verdict = Verdict::rubbish;
    std::uint64_t instance = 0;
    Body body{};
};

template <typename Message, typename Body>
bool read_as(std::uint8_t kind, const std::uint8_t* data, std::size_t size, Letter<Body>& letter) {
    if (kind != static_cast<std::uint8_t>(Message::kind)) return false;
    if (size == size_of<Message>()) {
        Message message;
        Reader read(data + kHeaderSize);
        message.list(read);
        letter.body = message;
        letter.verdict = Verdict::understood;
    } else {
        letter.verdict = Verdict::rubbish;
    }
    return true;
}

template <typename Body>
struct Opener;

template <typename... Messages>
struct Opener<std::variant<Messages...>> {
    using Body = std::variant<Messages...>;

    static Letter<Body> open(const std::uint8_t* data, std::size_t size) {
        Letter<Body> letter;
        if (size < kHeaderSize || std::memcmp(data, kMagic.data(), kMagic.size()) != 0)
            return letter;
        Reader read(data + kMagic.size());
        std::uint8_t version = 0, kind = 0;
        std::uint16_t said = 0;
        read(version), read(kind), read(said), read(letter.instance);
        if (said != size) return letter;
        letter.verdict = Verdict::other_version;
        if (version != kVersion) return letter;
        letter.verdict = Verdict::unknown_kind;
        (void)(read_as<Messages>(kind, data, size, letter) || ...);
        return letter;
    }
};

/* Open a datagram that holds one of the messages of `Body`: `FromApp` or `FromPlugin`. */
template <typename Body>
Letter<Body> decode(const std::uint8_t* data, std::size_t size) {
    return Opener<Body>::open(data, size);
}

/* -------------------------------------------------------------------- what a body may not hold */

/* Tell a finite number by its bits: a plugin is often built with -ffast-math, and with that the
   compiler may assume that there are no others and drop the question. */
inline bool is_finite(double value) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    constexpr std::uint64_t exponent = 0x7FF0000000000000;
    return (bits & exponent) != exponent;
}

/* A channel message of the right length: all that an app may put into a track. */
inline bool is_channel_message(const Midi& midi) {
    const std::uint8_t status = midi.bytes[0] & 0xF0;
    if (status < 0x80 || status == 0xF0) return false;
    const std::uint8_t size = status == 0xC0 || status == 0xD0 ? 2 : 3;
    return midi.size == size && midi.bytes[1] < 0x80 && midi.bytes[2] < 0x80;
}

}  // namespace antiphon::wire
