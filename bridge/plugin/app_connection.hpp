/* The plugin's end of the connection with the app: finding it, checking it, and dividing the stream
   into messages.

   By a Unix socket, the system tells who is at the other end; a program of another user is refused.
   By TCP, we send the first cookie, and nothing more until the app has answered with the second.

   Bytes that begin no message leave no place from which reading could go on, so they end the
   connection. What the system does not take at once waits in `outbox_`, which has a fixed size; the
   caller sends nothing more while something waits, except for a few hellos. */

#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "endpoint.hpp"
#include "stream_socket.hpp"
#include "wire.hpp"

namespace antiphon {

/* What has come of looking for the app. */
enum class Search { connected, nobody, another_user };

class AppConnection {
public:
    explicit AppConnection(std::vector<Place> places) : places_(std::move(places)) {}

    bool is_open() const { return socket_.is_open(); }

    /* Whether messages can be sent: the app has shown who it is. */
    bool is_ready() const { return is_open() && !is_greeting_; }

    /* Whether bytes wait to be sent. */
    bool is_waiting() const { return unsent_ > 0; }

    /* Connect to the app, if it listens at one of the places. */
    Search connect() {
        Search found = Search::nobody;
        for (const Place& place : places_) {
            const Search here = place.tcp ? connect_by_port(place) : connect_by_path(place);
            if (here == Search::connected) return here;
            if (here == Search::another_user) found = here;
        }
        return found;
    }

    void close() {
        socket_.close();
        unsent_ = received_ = 0;
        is_greeting_ = false;
    }

    /* Send a message now, or as soon as the system takes it. */
    template <typename Message>
    void send(std::uint64_t instance, const Message& message) {
        if (is_greeting_ || !is_open()) return;
        const wire::Encoded encoded = wire::encode(instance, message);
        push(encoded.bytes.data(), encoded.size);
    }

    /* Send what waits, as far as the system takes it. */
    void flush() {
        while (is_open() && unsent_ > 0) {
            std::size_t sent = 0;
            const Exchange exchange = socket_.send(outbox_.data(), unsent_, sent);
            if (exchange == Exchange::ended) return close();
            if (exchange == Exchange::nothing) return;
            unsent_ -= sent;
            std::memmove(outbox_.data(), outbox_.data() + sent, unsent_);
        }
    }

    /* Read what has arrived, at most `most` bytes, and call `open(letter)` with each message. */
    template <typename Open>
    void receive(std::size_t most, Open open) {
        for (std::size_t read = 0; is_open() && read < most;) {
            std::size_t size = 0;
            const Exchange exchange = socket_.receive(inbox_.data() + received_,
                                                      inbox_.size() - received_, size);
            if (exchange == Exchange::ended) return close();
            if (exchange == Exchange::nothing) return;
            read += size;
            received_ += size;
            take_messages(open);
        }
    }

    void wait(int timeout_ms) { socket_.wait(timeout_ms, is_waiting()); }

private:
    Search connect_by_port(const Place& place) {
        PortFile file;
        if (!read_port_file(place.folder, file)) return Search::nobody;
        if (!socket_.connect(file.port)) return Search::nobody;
        begin();
        push(file.of_plugins.data(), file.of_plugins.size());
        expected_ = file.of_app;
        is_greeting_ = is_open();
        return is_open() ? Search::connected : Search::nobody;
    }

    Search connect_by_path([[maybe_unused]] const Place& place) {
#ifdef _WIN32
        return Search::nobody;
#else
        if (!socket_.connect(place.folder + "/plugin.sock")) return Search::nobody;
        begin();
        if (socket_.is_of_own_user()) return Search::connected;
        close();
        return Search::another_user;
#endif
    }

    void begin() {
        unsent_ = received_ = 0;
        is_greeting_ = false;
    }

    void push(const std::uint8_t* data, std::size_t size) {
        if (size > outbox_.size() - unsent_) return close();
        std::memcpy(outbox_.data() + unsent_, data, size);
        unsent_ += size;
        flush();
    }

    template <typename Open>
    void take_messages(Open open) {
        std::size_t begin = is_greeting_ ? take_cookie() : 0;
        while (is_open() && !is_greeting_) {
            const std::uint8_t* const data = inbox_.data() + begin;
            const std::size_t left = received_ - begin;
            const wire::Header header = wire::read_header(data, left);
            if (header.verdict == wire::Verdict::rubbish) return close();
            if (header.verdict == wire::Verdict::other_version) {
                open({header.verdict, header.instance, {}});
                return close();  // its messages may be longer than ours
            }
            if (!header.whole || header.size > left) break;
            begin += header.size;
            open(wire::decode<wire::FromApp>(data, header.size));
        }
        if (!is_open()) return;  // `open` may have closed it
        received_ -= begin;
        std::memmove(inbox_.data(), inbox_.data() + begin, received_);
    }

    /* Compare the first bytes with the app's cookie, once they are there; return their number. */
    std::size_t take_cookie() {
        if (received_ < kCookieSize) return 0;
        is_greeting_ = false;
        if (!is_same(expected_, inbox_.data())) close();
        return is_open() ? kCookieSize : 0;
    }

    static constexpr std::size_t room = 4096;
    static_assert(room > 2 * wire::kLongest && room > kCookieSize);

    const std::vector<Place> places_;
    StreamSocket socket_;
    std::array<std::uint8_t, room> inbox_{};
    std::array<std::uint8_t, room> outbox_{};
    std::size_t received_ = 0;  // bytes in `inbox_`
    std::size_t unsent_ = 0;    // bytes in `outbox_`
    Cookie expected_{};
    bool is_greeting_ = false;  // the app has not sent its cookie yet
};

}  // namespace antiphon
