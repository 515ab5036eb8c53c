/* A UDP socket connected to a port of this machine, on POSIX and on Windows.

   UDP has no connections, but `connect` sets the peer of a socket. Then the system accepts
   datagrams only from that peer, chooses a port for us, and reports when no process has the peer's
   port: the next call fails with "connection refused" (on Windows "connection reset"). So the
   plugin detects within a millisecond, without a timeout, that the app was killed.

   `send` and `receive` never wait; `wait` waits up to its timeout. */

#pragma once

#include <cstddef>
#include <cstdint>

#ifdef _WIN32
#include <winsock2.h>
#include <ws2tcpip.h>
#else
#include <arpa/inet.h>
#include <cerrno>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#endif

namespace antiphon {

enum class Exchange { done, nothing, refused };

class LoopbackSocket {
public:
    explicit LoopbackSocket(std::uint16_t port) {
        start_network();
        handle_ = ::socket(AF_INET, SOCK_DGRAM, 0);
        if (!is_open()) return;
        sockaddr_in app{};
        app.sin_family = AF_INET;
        app.sin_port = htons(port);
        app.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (!make_non_blocking()
            || ::connect(handle_, reinterpret_cast<const sockaddr*>(&app), sizeof app) != 0)
            close();
    }

    ~LoopbackSocket() {
        close();
        stop_network();
    }

    LoopbackSocket(const LoopbackSocket&) = delete;
    LoopbackSocket& operator=(const LoopbackSocket&) = delete;

    bool is_open() const { return handle_ != none; }

    Exchange send(const std::uint8_t* data, std::size_t size) {
        return outcome(::send(handle_, chars(data), length(size), 0));
    }

    /* Receive a datagram, cut to `room` bytes. Pass one byte more than the longest message, so that
       a longer one has a wrong size. */
    Exchange receive(std::uint8_t* data, std::size_t room, std::size_t& size) {
        const auto received = ::recv(handle_, chars(data), length(room), 0);
        size = received > 0 ? static_cast<std::size_t>(received) : 0;
        return outcome(received);
    }

    /* Sleep until a datagram arrives or the timeout ends. */
    void wait(int timeout_ms) {
#ifdef _WIN32
        WSAPOLLFD poll_on{handle_, POLLRDNORM, 0};
        ::WSAPoll(&poll_on, 1, timeout_ms);
#else
        pollfd poll_on{handle_, POLLIN, 0};
        ::poll(&poll_on, 1, timeout_ms);
#endif
    }

private:
#ifdef _WIN32
    using Handle = SOCKET;
    static constexpr Handle none = INVALID_SOCKET;

    // Winsock counts its starts and stops, so each socket can make its own.
    static void start_network() {
        WSADATA data;
        ::WSAStartup(MAKEWORD(2, 2), &data);
    }
    static void stop_network() { ::WSACleanup(); }

    bool make_non_blocking() {
        u_long yes = 1;
        return ::ioctlsocket(handle_, FIONBIO, &yes) == 0;
    }

    void close() {
        if (is_open()) ::closesocket(handle_);
        handle_ = none;
    }

    static int length(std::size_t size) { return static_cast<int>(size); }
    static char* chars(std::uint8_t* data) { return reinterpret_cast<char*>(data); }
    static const char* chars(const std::uint8_t* data) {
        return reinterpret_cast<const char*>(data);
    }

    static Exchange outcome(int result) {
        if (result >= 0) return Exchange::done;
        return ::WSAGetLastError() == WSAECONNRESET ? Exchange::refused : Exchange::nothing;
    }
#else
    using Handle = int;
    static constexpr Handle none = -1;

    static void start_network() {}
    static void stop_network() {}

    // Programs that the host starts must not inherit the socket, or they would keep it open.
    bool make_non_blocking() {
        return ::fcntl(handle_, F_SETFL, O_NONBLOCK) == 0
            && ::fcntl(handle_, F_SETFD, FD_CLOEXEC) == 0;
    }

    void close() {
        if (is_open()) ::close(handle_);
        handle_ = none;
    }

    static std::size_t length(std::size_t size) { return size; }
    static std::uint8_t* chars(std::uint8_t* data) { return data; }
    static const std::uint8_t* chars(const std::uint8_t* data) { return data; }

    static Exchange outcome(ssize_t result) {
        if (result >= 0) return Exchange::done;
        return errno == ECONNREFUSED ? Exchange::refused : Exchange::nothing;
    }
#endif

    Handle handle_ = none;
};

}  // namespace antiphon
