/* Encodes and decodes messages with `wire.hpp`, for `test_wire.py` to compare with `wire.py`.

   First the program prints a sample of every message, one per line: its name, and its bytes in
   hexadecimal. Each line of input is a message in hexadecimal. The program decodes it, encodes the
   message again and prints it. If it is not understood, the program prints the verdict. */

#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "wire.hpp"

using namespace antiphon::wire;

namespace {

constexpr std::uint64_t kInstance = 0x0123456789ABCDEF;

std::string hex(const Encoded& encoded) {
    std::string text;
    for (std::size_t place = 0; place < encoded.size; ++place) {
        std::array<char, 3> digits{};
        std::snprintf(digits.data(), digits.size(), "%02x", encoded.bytes[place]);
        text += digits.data();
    }
    return text;
}

std::vector<std::uint8_t> from_hex(const std::string& text) {
    std::vector<std::uint8_t> bytes;
    for (std::size_t place = 0; place + 1 < text.size(); place += 2)
        bytes.push_back(static_cast<std::uint8_t>(std::stoi(text.substr(place, 2), nullptr, 16)));
    return bytes;
}

template <typename Message>
void show(const char* name, const Message& message) {
    std::cout << name << ' ' << hex(encode(kInstance, message)) << '\n';
}

/* Every field has a different value, to detect a swap of two. */
void show_samples() {
    const Midi note{3, {0x90 | kHandChannel, 60, 100}};
    const Midi program{2, {0xC2, 5, 0}};
    Block block;
    block.sequence = 0x1122334455667788;
    block.time_ns = -2;
    block.rate_hz = 47952.048;
    block.position_quarters = -0.0104;
    block.tempo_bpm = 97.5;
    block.bar_start_quarters = -4;
    block.epoch = 0xFFFFFFFF;
    block.frames = 256;
    block.bar = -1;
    block.emitted = 3;
    block.dropped_late = 4;
    block.lost = 5;
    block.numerator = 7;
    block.denominator = 8;
    block.plays = 14;
    block.flags = Block::playing | Block::listens;
    show("PluginHello", PluginHello{123456789012345});
    show("Block", block);
    show("MidiIn", MidiIn{6, 7.25, 8, 9, program});
    show("Played", Played{-10, 11, 12, 13, note});
    show("PluginBye", PluginBye{});
    show("AppHello", AppHello{0xFEDCBA9876543210});
    show("PlayNow", PlayNow{14, note});
    show("PlayAtPosition", PlayAtPosition{15, 16, 17.5, program});
    show("PlayAtTime", PlayAtTime{18, -19, note});
    show("Flush", Flush{});
    show("AppBye", AppBye{});
    show("FlushAll", FlushAll{});
}

template <typename Body>
std::string mirrored(const std::vector<std::uint8_t>& data) {
    const Letter<Body> letter = decode<Body>(data.data(), data.size());
    switch (letter.verdict) {
        case Verdict::rubbish: return "rubbish";
        case Verdict::other_version: return "other version";
        case Verdict::unknown_kind: return "unknown kind";
        case Verdict::understood: break;
    }
    return std::visit(
        [&](const auto& message) { return hex(encode(letter.instance, message)); }, letter.body);
}

}  // namespace

int main() {
    show_samples();
    std::cout << std::flush;
    for (std::string line; std::getline(std::cin, line);) {
        const std::vector<std::uint8_t> data = from_hex(line);
        const std::string from_app = mirrored<FromApp>(data);
        std::cout << (from_app == "unknown kind" ? mirrored<FromPlugin>(data) : from_app)
                  << std::endl;
    }
    return 0;
}
