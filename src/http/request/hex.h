/* Hexadecimal digits of requests. Any thread. */
#ifndef MR_HTTP_HEX_H
#define MR_HTTP_HEX_H

/* return: 0 … 15; -1: `c` is no hexadecimal digit */
static inline int mr_hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

#endif
