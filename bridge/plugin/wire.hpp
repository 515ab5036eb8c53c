/* The messages between the plugin and the app, and their layout in bytes.

   The messages of one plugin instance and the app travel on one stream socket, one after the other.
   A message is a header of 16 bytes, and a body whose size follows from its kind. All numbers are little-endian and of fixed width, so that the layout does
   not depend on the compiler or the system:

       magic     4 bytes  "ANTP"
       version   u8       of this format
       kind      u8       which message the body is
       size      u16      of the whole message, at most `kLongest`
       instance  u64      the plugin instance that sends or receives

   The header has the same layout in every version, so that each side can read the other's version.
   A message of an unknown kind, or with an invalid value, is ignored. A header without the magic, or
   with a size that no message has, ends the connection. Another version is refused, and shown to
   the user.

   Each plugin instance sends PluginHello four times a second. The app answers each with AppHello,
   its heartbeat. A message is a struct whose `list` visits its fields in the order of the wire; the
   code that writes, reads and measures messages uses `list`. `bridge/plugin/wire.py` is the same
   table in Python, and a test compares the two. */

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
constexpr std::uint8_t kVersion = 3;
constexpr std::size_t kHeaderSize = 16;
/* The channel of the window's keyboard, and of nothing else. */
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

/* From the plugin: this instance runs. */
struct PluginHello {
    static constexpr Kind kind = Kind::plugin_hello;
    std::int64_t time_ns = 0;  // of sending, on the plugin's steady clock

    template <typename Fields>
    constexpr void list(Fields& each) { each(time_ns); }
};

/* From the plugin: a block of audio begins, with the position of the host. */
struct Block {
    static constexpr Kind kind = Kind::block;
    static constexpr std::uint8_t playing = 1, position_valid = 2, bypassed = 4, listens = 8;

    std::uint64_t sequence = 0;
    std::int64_t time_ns = 0;  // of the first frame, on the plugin's steady clock
    double rate_hz = 0;
    double position_quarters = 0;  // of the first frame; negative in a pre-roll
    double tempo_bpm = 0;          // quarter notes per minute, in any metre
    double bar_start_quarters = 0;
    std::uint32_t epoch = 0;
    std::uint32_t frames = 0;
    std::int32_t bar = 0;  // counted from 0
    std::uint32_t emitted = 0;
    std::uint32_t dropped_late = 0;
    std::uint32_t lost = 0;  // for lack of room
    std::uint8_t numerator = 0;
    std::uint8_t denominator = 0;
    std::uint8_t plays = 0;  // 0 is everything, n the instrument of index n - 1
    std::uint8_t flags = 0;

    template <typename Fields>
    constexpr void list(Fields& each) {
        each(sequence), each(time_ns), each(rate_hz), each(position_quarters), each(tempo_bpm);
        each(bar_start_quarters), each(epoch), each(frames), each(bar), each(emitted);
        each(dropped_late), each(lost), each(numerator), each(denominator), each(plays), each(flags);
    }
};

/* From the plugin: an event of the player. */
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

/* From the plugin: this message was played. Tag 0 is a release that the plugin added itself. */
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

/* From the plugin: this instance ends. */
struct PluginBye {
    static constexpr Kind kind = Kind::plugin_bye;

    template <typename Fields>
    constexpr void list(Fields&) {}
};

/* From the app: it runs. If `app` changes, it is a new process, and the old one has ended. */
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

/* From the app: play this at a position, if the host is still in this epoch. */
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

/* From the app: play this at a time, whatever the host does. */
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

/* From the app: drop the plan and release what sounds. The notes of the window's keyboard stay: a
   retraction of the response must not cut the player's own note. */
struct Flush {
    static constexpr Kind kind = Kind::flush;

    template <typename Fields>
    constexpr void list(Fields&) {}
};

/* From the app: it ends. */
struct AppBye {
    static constexpr Kind kind = Kind::app_bye;

    template <typename Fields>
    constexpr void list(Fields&) {}
};

/* From the app: drop and release everything, including the notes of the window's keyboard. */
struct FlushAll {
    static constexpr Kind kind = Kind::flush_all;

    template <typename Fields>
    constexpr void list(Fields&) {}
};

using FromPlugin = std::variant<PluginHello, Block, MidiIn, Played, PluginBye>;
using FromApp =
    std::variant<AppHello, PlayNow, PlayAtPosition, PlayAtTime, Flush, AppBye, FlushAll>;

/* ------------------------------------------------------------ visiting the fields of a message */

static_assert(std::numeric_limits<double>::is_iec559 && sizeof(double) == 8,
              "the wire carries IEEE 754 doubles");

/* Counts the bytes of the fields. */
class Measure {
public:
    std::size_t size = 0;

    template <typename Number>
    constexpr void operator()(const Number&) { size += sizeof(Number); }
};

/* Writes the fields. The caller provides the room. */
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

/* Reads the fields. The caller checks the size first. */
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

/* --------------------------------------------------------------------- encoding and decoding */

/* A message as bytes. */
struct Encoded {
    std::size_t size = 0;
    std::array<std::uint8_t, kLongest> bytes{};
};

template <typename Message>
Encoded encode(std::uint64_t instance, Message message) {
    Encoded encoded;
    encoded.size = size_of<Message>();
    Writer write(encoded.bytes.data());
    write(kMagic), write(kVersion), write(static_cast<std::uint8_t>(Message::kind));
    write(static_cast<std::uint16_t>(encoded.size)), write(instance);
    message.list(write);
    return encoded;
}

enum class Verdict { rubbish, other_version, unknown_kind, understood };

/* What can be read of a header: its verdict is `unknown_kind` for every header of our version. */
struct Header {
    bool whole = false;
    Verdict verdict = Verdict::unknown_kind;
    std::size_t size = 0;
    std::uint8_t kind = 0;
    std::uint64_t instance = 0;
};

/* Read the header at the beginning of a stream, of which `size` bytes have arrived. */
inline Header read_header(const std::uint8_t* data, std::size_t size) {
    Header header;
    if (size < kHeaderSize) return header;
    Reader read(data + kMagic.size());
    std::uint8_t version = 0;
    std::uint16_t said = 0;
    read(version), read(header.kind), read(said), read(header.instance);
    header.size = said;
    header.whole = true;
    if (std::memcmp(data, kMagic.data(), kMagic.size()) != 0)
        header.verdict = Verdict::rubbish;
    else if (version != kVersion)
        header.verdict = Verdict::other_version;
    else if (said < kHeaderSize || said > kLongest)
        header.verdict = Verdict::rubbish;
    return header;
}

/* A decoded message. The body is set only if the verdict is `understood`. */
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
        const Header header = read_header(data, size);
        if (!header.whole || header.size != size) return letter;
        letter.instance = header.instance;
        letter.verdict = header.verdict;
        if (header.verdict != Verdict::unknown_kind) return letter;
        const std::uint8_t kind = header.kind;
        (void)(read_as<Messages>(kind, data, size, letter) || ...);
        return letter;
    }
};

/* Decode bytes that hold one of the messages of `Body`: `FromApp` or `FromPlugin`. */
template <typename Body>
Letter<Body> decode(const std::uint8_t* data, std::size_t size) {
    return Opener<Body>::open(data, size);
}

/* ------------------------------------------------------------------ checks of received values */

/* Whether a number is finite, by its bits: plugins are often built with -ffast-math, with which the
   compiler may assume that all numbers are finite, and remove a call of std::isfinite. */
inline bool is_finite(double value) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    constexpr std::uint64_t exponent = 0x7FF0000000000000;
    return (bits & exponent) != exponent;
}

/* Whether this is a channel message of the right length. An app may send nothing else. */
inline bool is_channel_message(const Midi& midi) {
    const std::uint8_t status = midi.bytes[0] & 0xF0;
    if (status < 0x80 || status == 0xF0) return false;
    const std::uint8_t size = status == 0xC0 || status == 0xD0 ? 2 : 3;
    return midi.size == size && midi.bytes[1] < 0x80 && midi.bytes[2] < 0x80;
}

}  // namespace antiphon::wire
