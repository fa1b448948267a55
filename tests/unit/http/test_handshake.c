#include "http/viewers/handshake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct mr_handshake good = {
    .connection = "keep-alive, Upgrade",
    .upgrade = "WebSocket",
    .version = "13",
    .key = "dGhlIHNhbXBsZSBub25jZQ==",
};

static void answers_the_key_of_the_rfc(void **state)
{
    (void)state;
    struct mr_buffer out = { 0 };
    mr_handshake_answer("dGhlIHNhbXBsZSBub25jZQ==", &out);
    assert_string_equal((char *)out.data, "HTTP/1.1 101 Switching Protocols\r\n"
                                          "Upgrade: websocket\r\n"
                                          "Connection: Upgrade\r\n"
                                          "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
                                          "\r\n");
    mr_buffer_finish(&out);
}

static void accepts_what_browsers_send(void **state)
{
    (void)state;
    assert_int_equal(mr_handshake_check(&good), MR_HANDSHAKE_OK);
}

static void tells_ordinary_requests_apart(void **state)
{
    (void)state;
    struct mr_handshake handshake = good;
    handshake.upgrade = NULL;
    assert_int_equal(mr_handshake_check(&handshake), MR_HANDSHAKE_NO_UPGRADE);
    handshake = good;
    handshake.connection = "close";
    assert_int_equal(mr_handshake_check(&handshake), MR_HANDSHAKE_NO_UPGRADE);
    handshake = (struct mr_handshake){ 0 };
    assert_int_equal(mr_handshake_check(&handshake), MR_HANDSHAKE_NO_UPGRADE);
}

static void wants_version_13(void **state)
{
    (void)state;
    struct mr_handshake handshake = good;
    handshake.version = "8";
    assert_int_equal(mr_handshake_check(&handshake), MR_HANDSHAKE_BAD_VERSION);
    handshake.version = NULL;
    assert_int_equal(mr_handshake_check(&handshake), MR_HANDSHAKE_BAD_VERSION);
}

static void wants_a_key_of_16_bytes(void **state)
{
    (void)state;
    const char *const bad[] = { NULL,
                                "",
                                "short",
                                "dGhlIHNhbXBsZSBub25jZTE=",
                                "!!!!IHNhbXBsZSBub25jZQ==",
                                "dGhlIHNhbXBsZSBub25jZQ==dGhlIHNhbXBsZSBub25jZQ==" };
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct mr_handshake handshake = good;
        handshake.key = bad[i];
        assert_int_equal(mr_handshake_check(&handshake), MR_HANDSHAKE_BAD_KEY);
    }
}

static void finds_tokens_whole(void **state)
{
    (void)state;
    assert_true(mr_handshake_has_token("a,b , UPGRADE", "upgrade"));
    assert_false(mr_handshake_has_token("upgrades, no-upgrade", "upgrade"));
    assert_false(mr_handshake_has_token("", "upgrade"));
    assert_false(mr_handshake_has_token(NULL, "upgrade"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_the_key_of_the_rfc),
        cmocka_unit_test(accepts_what_browsers_send),
        cmocka_unit_test(tells_ordinary_requests_apart),
        cmocka_unit_test(wants_version_13),
        cmocka_unit_test(wants_a_key_of_16_bytes),
        cmocka_unit_test(finds_tokens_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
