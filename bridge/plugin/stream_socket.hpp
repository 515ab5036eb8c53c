/* A stream socket that is connected to a program of this machine, on POSIX and on Windows.

   On POSIX it is a Unix socket: the system knows the user at the other end. On Windows it is a TCP
   socket on 127.0.0.1, because Python has no Unix sockets there. A stream ends when the process at
   the other end does, so the plugin detects at once that the app was killed.

   `connect`, `send` and `receive` never wait; `wait` waits up to its timeout. */

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#ifdef _WIN32
#include <winsock2.h>
#include <ws2tcpip.h>
#else
#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#endif

namespace antiphon {

enum class Exchange { done, nothing, ended };

class StreamSocket {
public:
    StreamSocket() { start_network(); }

    ~StreamSocket() {
        close();
        stop_network();
    }

    StreamSocket(const StreamSocket&) = delete;
    StreamSocket& operator=(const StreamSocket&) = delete;

    bool is_open() const { return handle_ != none; }

    /* Connect to a port of this machine. The connection may be made later, or refused later. */
    bool connect(std::uint16_t port) {
        sockaddr_in app{};
        app.sin_family = AF_INET;
        app.sin_port = htons(port);
        app.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (!open(AF_INET)) return false;
        const int yes = 1;  // or else the system waits for more to send
        (void)::setsockopt(handle_, IPPROTO_TCP, TCP_NODELAY, reinterpret_cast<const char*>(&yes),
                           sizeof yes);
        return connect_to(reinterpret_cast<const sockaddr*>(&app), sizeof app);
    }

#ifndef _WIN32
    /* Connect to the socket at a path. */
    bool connect(const std::string& path) {
        sockaddr_un app{};
        app.sun_family = AF_UNIX;
        if (path.size() >= sizeof app.sun_path) return false;
        std::memcpy(app.sun_path, path.data(), path.size());
        return open(AF_UNIX) && connect_to(reinterpret_cast<const sockaddr*>(&app), sizeof app);
    }

    /* Whether the program at the other end of a Unix socket runs as our own user. */
    bool is_of_own_user() const {
#ifdef __linux__
        ucred peer{};
        socklen_t size = sizeof peer;
        return ::getsockopt(handle_, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0
            && peer.uid == ::geteuid();
#else
        uid_t user = 0;
        gid_t group = 0;
        return ::getpeereid(handle_, &user, &group) == 0 && user == ::geteuid();
#endif
    }
#endif

    /* Send as many bytes as the system takes. */
    Exchange send(const std::uint8_t* data, std::size_t size, std::size_t& sent) {
        const auto result = ::send(handle_, chars(data), length(size), no_signal);
        sent = result > 0 ? static_cast<std::size_t>(result) : 0;
        return result >= 0 ? Exchange::done : failure();
    }

    /* Receive up to `room` bytes. */
    Exchange receive(std::uint8_t* data, std::size_t room, std::size_t& size) {
        const auto result = ::recv(handle_, chars(data), length(room), 0);
        size = result > 0 ? static_cast<std::size_t>(result) : 0;
        if (result == 0) return Exchange::ended;
        return result > 0 ? Exchange::done : failure();
    }

    /* Sleep until bytes arrive (or, if wanted, can be sent), or the timeout ends. */
    void wait(int timeout_ms, bool to_send) {
#ifdef _WIN32
        if (!is_open()) return ::Sleep(static_cast<DWORD>(timeout_ms));
        WSAPOLLFD poll_on{handle_, static_cast<SHORT>(POLLRDNORM | (to_send ? POLLWRNORM : 0)), 0};
        ::WSAPoll(&poll_on, 1, timeout_ms);
#else
        pollfd poll_on{handle_, static_cast<short>(POLLIN | (to_send ? POLLOUT : 0)), 0};
        ::poll(&poll_on, is_open() ? 1 : 0, timeout_ms);
#endif
    }

#ifdef _WIN32
    void close() {
        if (is_open()) ::closesocket(handle_);
        handle_ = none;
    }

private:
    using Handle = SOCKET;
    static constexpr Handle none = INVALID_SOCKET;
    static constexpr int no_signal = 0;

    // Winsock counts its starts and stops, so each socket can make its own.
    static void start_network() {
        WSADATA data;
        ::WSAStartup(MAKEWORD(2, 2), &data);
    }
    static void stop_network() { ::WSACleanup(); }

    bool prepare() {
        u_long yes = 1;
        return ::ioctlsocket(handle_, FIONBIO, &yes) == 0;
    }

    static bool is_under_way() { return ::WSAGetLastError() == WSAEWOULDBLOCK; }

    static int length(std::size_t size) { return static_cast<int>(size); }
    static char* chars(std::uint8_t* data) { return reinterpret_cast<char*>(data); }
    static const char* chars(const std::uint8_t* data) {
        return reinterpret_cast<const char*>(data);
    }

    // A socket whose connection is not made yet is "not connected".
    static Exchange failure() {
        const int error = ::WSAGetLastError();
        return error == WSAEWOULDBLOCK || error == WSAENOTCONN ? Exchange::nothing
                                                               : Exchange::ended;
    }
#else
    void close() {
        if (is_open()) ::close(handle_);
        handle_ = none;
    }

private:
    using Handle = int;
    static constexpr Handle none = -1;
    // A write to a connection that has ended must not end the host by a signal.
#ifdef MSG_NOSIGNAL
    static constexpr int no_signal = MSG_NOSIGNAL;
#else
    static constexpr int no_signal = 0;  // `prepare` sets SO_NOSIGPIPE
#endif

    static void start_network() {}
    static void stop_network() {}

    // Programs that the host starts must not inherit the socket, or they would keep it open.
    bool prepare() {
#ifdef SO_NOSIGPIPE
        const int yes = 1;
        (void)::setsockopt(handle_, SOL_SOCKET, SO_NOSIGPIPE, &yes, sizeof yes);
#endif
        return ::fcntl(handle_, F_SETFL, O_NONBLOCK) == 0
            && ::fcntl(handle_, F_SETFD, FD_CLOEXEC) == 0;
    }

    static bool is_under_way() { return errno == EINPROGRESS; }

    static std::size_t length(std::size_t size) { return size; }
    static std::uint8_t* chars(std::uint8_t* data) { return data; }
    static const std::uint8_t* chars(const std::uint8_t* data) { return data; }

    static Exchange failure() {
        const bool later = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR
                        || errno == ENOTCONN;  // the connection is not made yet
        return later ? Exchange::nothing : Exchange::ended;
    }
#endif

    bool open(int family) {
        close();
        handle_ = ::socket(family, SOCK_STREAM, 0);
        if (is_open() && !prepare()) close();
        return is_open();
    }

    bool connect_to(const sockaddr* app, socklen_t size) {
        if (::connect(handle_, app, size) != 0 && !is_under_way()) close();
        return is_open();
    }

    Handle handle_ = none;
};

}  // namespace antiphon
