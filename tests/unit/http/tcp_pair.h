/* Two ends of a TCP connection over loopback, for tests of what happens on one. */
#ifndef MR_TESTS_TCP_PAIR_H
#define MR_TESTS_TCP_PAIR_H

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

/* receive_buffer_bytes: of the client's end, 0: the system's */
static inline void tcp_pair(int *client, int *accepted, int receive_buffer_bytes)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t size = sizeof(address);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    *client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receive_buffer_bytes > 0)
        setsockopt(*client, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes,
                   sizeof(receive_buffer_bytes));
    assert_int_equal(connect(*client, (struct sockaddr *)&address, sizeof(address)), 0);
    *accepted = accept(listener, NULL, NULL);
    assert_true(*accepted >= 0);
    close(listener);
}

#endif
