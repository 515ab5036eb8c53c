/* Where the plugin finds the app. `bridge/plugin/folder.py` and `endpoint.py` explain the places
   and repeat them; both sides try them in the same order.

   On POSIX there is a Unix socket in a folder of the user's own. On Windows a file in such a folder
   has the port of a TCP socket and two cookies. The environment variable ANTIPHON_PLUGINS_AT names
   another folder, for tests; `tcp:` before it chooses the way of Windows on every system. */

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#ifndef _WIN32
#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace antiphon {

#ifdef _WIN32
using Path = std::wstring;
#else
using Path = std::string;
#endif

struct Place {
    Path folder;
    bool tcp = false;
};

constexpr std::size_t kCookieSize = 32;
using Cookie = std::array<std::uint8_t, kCookieSize>;

/* What the file of a TCP socket says. */
struct PortFile {
    std::uint16_t port = 0;
    Cookie of_plugins{};  // that plugins send first
    Cookie of_app{};      // that the app answers
};

/* ------------------------------------------------------------------------------- the places */

#ifdef _WIN32
inline std::vector<Place> places() {
    const wchar_t* const named = ::_wgetenv(L"ANTIPHON_PLUGINS_AT");
    if (named != nullptr) {
        Path folder = named;
        if (folder.rfind(L"tcp:", 0) == 0) folder.erase(0, 4);
        return folder.empty() ? std::vector<Place>{} : std::vector<Place>{{folder, true}};
    }
    const wchar_t* const local = ::_wgetenv(L"LOCALAPPDATA");
    if (local == nullptr || *local == 0) return {};
    return {{Path(local) + L"\\antiphon\\run", true}};
}
#else
inline bool is_own_folder(const char* path) {
    struct stat found {};
    return path[0] == '/' && ::stat(path, &found) == 0 && S_ISDIR(found.st_mode)
        && found.st_uid == ::geteuid();
}

/* The user's home, or nothing. */
inline Path home() {
    const char* const named = std::getenv("HOME");
    if (named != nullptr && named[0] == '/') return named;
    std::array<char, 4096> room{};
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwuid_r(::getuid(), &entry, room.data(), room.size(), &found) != 0
        || found == nullptr || found->pw_dir == nullptr || found->pw_dir[0] != '/')
        return {};
    return found->pw_dir;
}

inline std::vector<Place> places() {
    const char* const named = std::getenv("ANTIPHON_PLUGINS_AT");
    if (named != nullptr) {
        const bool tcp = std::strncmp(named, "tcp:", 4) == 0;
        const Path folder = named + (tcp ? 4 : 0);
        return folder.empty() ? std::vector<Place>{} : std::vector<Place>{{folder, tcp}};
    }
    std::vector<Place> found;
    const char* const session = std::getenv("XDG_RUNTIME_DIR");
    if (session != nullptr && is_own_folder(session))
        found.push_back({Path(session) + "/antiphon", false});
#ifdef __APPLE__
    const char* const state = "/Library/Application Support/antiphon/run";
#else
    const char* const state = "/.local/state/antiphon/run";
#endif
    if (const Path at = home(); !at.empty()) found.push_back({at + state, false});
    return found;
}
#endif

/* ------------------------------------------------------------------------ the file of a port */

/* Read the digits of a cookie; return whether they are whole. */
inline bool read_cookie(const char* text, Cookie& cookie) {
    const auto digit = [](char each) {
        if (each >= '0' && each <= '9') return each - '0';
        return each >= 'a' && each <= 'f' ? each - 'a' + 10 : -1;
    };
    for (std::size_t place = 0; place < cookie.size(); ++place) {
        const int high = digit(text[2 * place]);
        const int low = high < 0 ? -1 : digit(text[2 * place + 1]);
        if (low < 0) return false;
        cookie[place] = static_cast<std::uint8_t>(high << 4 | low);
    }
    return true;
}

/* Read "PORT COOKIE COOKIE" and the end of the line, which shows that the file is whole. */
inline bool parse_port_file(const std::string& text, PortFile& found) {
    constexpr std::size_t digits = 2 * kCookieSize;
    std::size_t place = 0;
    std::uint32_t port = 0;
    for (; place < text.size() && place < 5 && text[place] >= '0' && text[place] <= '9'; ++place)
        port = port * 10 + static_cast<std::uint32_t>(text[place] - '0');
    if (port == 0 || port > 65535 || text.size() != place + 2 * (digits + 1) + 1) return false;
    const char* const rest = text.data() + place;
    if (rest[0] != ' ' || rest[digits + 1] != ' ' || rest[2 * (digits + 1)] != '\n') return false;
    found.port = static_cast<std::uint16_t>(port);
    return read_cookie(rest + 1, found.of_plugins) && read_cookie(rest + digits + 2, found.of_app);
}

constexpr std::size_t kLongestPortFile = 256;

/* Read the file of a folder, if it is the user's own and nobody else can read it. */
inline bool read_port_file(const Path& folder, PortFile& found) {
    std::array<char, kLongestPortFile> room{};
#ifdef _WIN32
    std::FILE* const file = ::_wfopen((folder + L"\\plugin.port").c_str(), L"rb");
    if (file == nullptr) return false;
    const std::size_t size = std::fread(room.data(), 1, room.size(), file);
    std::fclose(file);
#else
    const std::string path = folder + "/plugin.port";
    const int file = ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0) return false;
    struct stat about {};
    const bool ours = ::fstat(file, &about) == 0 && S_ISREG(about.st_mode)
                   && about.st_uid == ::geteuid() && (about.st_mode & 077) == 0;
    const ssize_t got = ours ? ::read(file, room.data(), room.size()) : -1;
    ::close(file);
    if (got < 0) return false;
    const auto size = static_cast<std::size_t>(got);
#endif
    return parse_port_file(std::string(room.data(), size), found);
}

/* Compare two cookies in a time that does not depend on where they differ. */
inline bool is_same(const Cookie& one, const std::uint8_t* other) {
    std::uint8_t difference = 0;
    for (std::size_t place = 0; place < one.size(); ++place)
        difference = static_cast<std::uint8_t>(difference | (one[place] ^ other[place]));
    return difference == 0;
}

}  // namespace antiphon
