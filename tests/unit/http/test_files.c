/* The user's folder over HTTP: ranges, and attempts to get at what is not in it. */
#include "support/check.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

#include "http/pages/webdir.h"
#include "server_fixture.h"

#define LARGE_BYTES (8 * 1024 * 1024) /* more than the sockets hold */
#define SECRET      "not for you"

static const char *in_web_dir(const char *name)
{
    static _Thread_local char path[512];
    snprintf(path, sizeof(path), "%s/%s", web_dir, name);
    return path;
}

static void make_link(const char *target, const char *name)
{
    assert_int_equal(symlink(target, in_web_dir(name)), 0);
}

static void assert_range(const char *range, int status, const char *content_range, const char *body)
{
    char request[256];
    struct fetched answer;
    snprintf(request, sizeof(request), "GET /digits.txt\r\nRange: %s", range);
    assert_int_equal(fetch(port, request, &answer), status);
    if (content_range != NULL)
        assert_string_equal(fetched_header(&answer, "Content-Range"), content_range);
    else
        assert_null(fetched_header(&answer, "Content-Range"));
    if (body != NULL) {
        assert_string_equal((char *)answer.body.data, body);
        assert_int_equal(atoi(fetched_header(&answer, "Content-Length")), strlen(body));
        assert_string_equal(fetched_header(&answer, "Accept-Ranges"), "bytes");
        assert_string_equal(fetched_header(&answer, "Content-Type"), "text/plain; charset=utf-8");
        assert_non_null(fetched_header(&answer, "ETag"));
    }
    fetched_finish(&answer);
}

static void parts_of_a_file_are_sent(void **state)
{
    (void)state;
    write_page("digits.txt", "0123456789");
    assert_range("bytes=2-4", 206, "bytes 2-4/10", "234");
    assert_range("bytes=7-", 206, "bytes 7-9/10", "789");
    assert_range("bytes=-2", 206, "bytes 8-9/10", "89");
    assert_range("bytes=5-500", 206, "bytes 5-9/10", "56789");
    assert_range("bytes=0-1,4-5", 200, NULL, "0123456789");
    assert_range("bytes=x", 200, NULL, "0123456789");
    assert_range("bytes=10-", 416, "bytes */10", NULL);
    assert_error("GET /digits.txt\r\nRange: bytes=10-", 416, "this file has 10 bytes");
}

static void a_part_is_of_the_version_one_has(void **state)
{
    (void)state;
    char request[256];
    struct fetched answer;
    write_page("digits.txt", "0123456789");
    assert_int_equal(fetch(port, "HEAD /digits.txt\r\nRange: bytes=2-4", &answer), 200);
    assert_int_equal(atoi(fetched_header(&answer, "Content-Length")), 10);
    assert_int_equal(answer.body.size, 0);
    snprintf(request, sizeof(request), "GET /digits.txt\r\nRange: bytes=2-4\r\nIf-Range: %s",
             fetched_header(&answer, "ETag"));
    fetched_finish(&answer);

    assert_int_equal(fetch(port, request, &answer), 206);
    assert_string_equal((char *)answer.body.data, "234");
    fetched_finish(&answer);

    write_page("new.txt", "9876543210"); /* as editors save: same size, maybe the same instant */
    char old[512];
    snprintf(old, sizeof(old), "%s", in_web_dir("new.txt"));
    assert_int_equal(rename(old, in_web_dir("digits.txt")), 0);
    assert_int_equal(fetch(port, request, &answer), 200);
    assert_string_equal((char *)answer.body.data, "9876543210");
    fetched_finish(&answer);
}

static void assert_status(const char *path, int status)
{
    struct fetched answer;
    char request[8192];
    snprintf(request, sizeof(request), "GET %s", path);
    int got = fetch(port, request, &answer);
    if (got != status || strstr((char *)answer.body.data, SECRET) != NULL)
        fail_msg("GET %.100s: %d, %s", path, got, answer.body.data);
    fetched_finish(&answer);
}

static void nothing_outside_is_to_be_had(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "/../SECRET",
        "/sub/../../SECRET",
        "/./../SECRET",
        "/%2e%2e/SECRET",
        "/%2E%2E%2FSECRET",
        "/..%2fSECRET",
        "/sub%2f..%2f..%2fSECRET",
        "/%252e%252e/SECRET",
        "/%252e%252e%252fSECRET",
        "/..%252fSECRET",
        "/..\\SECRET",
        "/..%5cSECRET",
        "/%c0%ae%c0%ae/SECRET",
        "/....//SECRET",
        "/..;/SECRET",
        "//../SECRET",
        "/sub//..//..//SECRET",
        "/relative",
        "/absolute",
        "/folder/SECRET",
        "/twice",
        "/proc/self/environ",
        "/etc/passwd",
        "/../../../../../../../../../../etc/passwd",
    };
    char outside[64], path[600], secret[600];
    snprintf(outside, sizeof(outside), "secret-%d.txt", (int)getpid());
    snprintf(secret, sizeof(secret), TEST_WORK_DIR "/%s", outside);
    FILE *file = fopen(secret, "w");
    assert_non_null(file);
    fputs(SECRET, file);
    fclose(file);
    mkdir(in_web_dir("sub"), 0700);
    snprintf(path, sizeof(path), "../%s", outside);
    make_link(path, "relative");
    make_link(secret, "absolute");
    make_link(TEST_WORK_DIR, "folder");
    make_link("relative", "twice");
    make_link("/proc", "proc");

    for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
        const char *mark = strstr(paths[i], "SECRET");
        struct fetched answer;
        snprintf(path, sizeof(path), "GET %.*s%s%s",
                 (int)(mark != NULL ? (size_t)(mark - paths[i]) : strlen(paths[i])), paths[i],
                 mark != NULL ? outside : "", mark != NULL ? mark + strlen("SECRET") : "");
        int status = fetch(port, path, &answer);
        if (status != 404 && status != 400)
            fail_msg("%s: %d", path, status);
        assert_null(strstr((char *)answer.body.data, SECRET));
        assert_null(strstr((char *)answer.body.data, "root:"));
        fetched_finish(&answer);
    }
    unlink(secret);
}

static void a_nul_is_refused(void **state)
{
    (void)state;
    write_page("page.txt", "page");
    assert_status("/page.txt%00.html", 400);
    assert_status("/page%00.txt", 400);
    assert_status("/..%00/page.txt", 400);
    assert_status("/%00/../../../../../../etc/passwd", 400);
}

static void only_files_are_served(void **state)
{
    (void)state;
    static char name[4096] = "/";
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    mkdir(in_web_dir("empty"), 0700);
    assert_int_equal(mkfifo(in_web_dir("fifo"), 0600), 0);
    if (geteuid() == 0) /* nobody else can make one; /dev/zero */
        (void)!mknod(in_web_dir("device"), S_IFCHR | 0600, makedev(1, 5));
    make_link("/dev/zero", "zero");
    make_link("loop", "loop");
    int unix_socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (strlen(in_web_dir("socket")) < sizeof(address.sun_path)) {
        strcpy(address.sun_path, in_web_dir("socket"));
        assert_int_equal(bind(unix_socket, (struct sockaddr *)&address, sizeof(address)), 0);
    }
    static const char *const paths[] = { "/empty", "/empty/", "/fifo",    "/device",     "/zero",
                                         "/loop",  "/socket", "/empty/.", "/empty/../.." };
    for (size_t i = 0; i + 1 < sizeof(paths) / sizeof(*paths); i++)
        assert_status(paths[i], 404);
    close(unix_socket);

    memset(name + 1, 'n', 300); /* NAME_MAX is 255 */
    assert_status(name, 404);
    for (size_t at = 1; at + 4 < sizeof(name) - 1; at += 4)
        memcpy(name + at, "sub/", 4);
    assert_status(name, 404);
}

static void links_inside_are_followed(void **state)
{
    (void)state;
    char target[512];
    write_page("target.txt", "there");
    snprintf(target, sizeof(target), "%s", in_web_dir("target.txt"));
    make_link("target.txt", "near.txt");
    make_link(target, "far.txt");
    assert_fetch("GET /near.txt", 200, "text/plain; charset=utf-8", "there");
    assert_fetch("GET /far.txt", 200, "text/plain; charset=utf-8", "there");
}

static atomic_bool swapping;

/* Make "moving" lead inside and outside by turns, as fast as can be. */
static void *swap(void *outside)
{
    char moving[512], next[512];
    snprintf(moving, sizeof(moving), "%s", in_web_dir("moving"));
    snprintf(next, sizeof(next), "%s", in_web_dir("moving.next"));
    for (unsigned i = 0; atomic_load(&swapping); i++) {
        (void)!symlink(i % 2 == 0 ? "inner" : outside, next);
        rename(next, moving);
    }
    return NULL;
}

static void a_link_that_changes_leads_nowhere_else(void **state)
{
    (void)state;
    pthread_t thread;
    char outside[] = TEST_WORK_DIR "/outside-XXXXXX", path[512];
    assert_non_null(mkdtemp(outside));
    snprintf(path, sizeof(path), "%s/file.txt", outside);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(SECRET, file);
    fclose(file);
    mkdir(in_web_dir("inner"), 0700);
    write_page("inner/file.txt", "inner");

    atomic_init(&swapping, true);
    assert_int_equal(pthread_create(&thread, NULL, swap, outside), 0);
    unsigned served = 0, refused = 0;
    struct mr_webdir *webdir;
    assert_int_equal(mr_webdir_open(web_dir, &webdir, NULL), 0);
    int64_t end_us = mr_clock_now_us() + 10000000;
    while ((served < 100 || refused < 100) && mr_clock_now_us() < end_us) {
        struct mr_webfile found;
        char text[32] = "";
        if (mr_webdir_find(webdir, "/moving/file.txt", &found) < 0) {
            refused++;
            continue;
        }
        served++;
        assert_true(read(found.fd, text, sizeof(text) - 1) > 0);
        close(found.fd);
        assert_string_equal(text, "inner");
    }
    atomic_store(&swapping, false);
    pthread_join(thread, NULL);
    mr_webdir_close(webdir);
    assert_true(served >= 100 && refused >= 100);
    unlink(path);
    rmdir(outside);
}

/* Ask for the large file and read only the head. return: the socket */
static int begin_large(void)
{
    static const char request[] = "GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n";
    struct mr_buffer head = { 0 };
    int fd = open(in_web_dir("large.bin"), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    assert_int_equal(ftruncate(fd, LARGE_BYTES), 0);
    close(fd);
    fd = fetch_connect(port, 16384);
    fetch_send(fd, request, strlen(request));
    assert_int_equal(fetch_read_head(fd, &head), 200);
    assert_non_null(strstr((char *)head.data, "Content-Length: 8388608\r\n"));
    mr_buffer_finish(&head);
    return fd;
}

/* return: how many bytes come until the server closes */
static size_t drain(int fd)
{
    char chunk[65536];
    size_t total = 0;
    ssize_t got;
    while ((got = recv(fd, chunk, sizeof(chunk), 0)) > 0)
        total += (size_t)got;
    assert_int_equal(got, 0);
    close(fd);
    return total;
}

static void a_file_that_changes_under_way_breaks_no_promise(void **state)
{
    (void)state;
    int fd = begin_large();
    assert_int_equal(truncate(in_web_dir("large.bin"), 2 * LARGE_BYTES), 0);
    assert_int_equal(drain(fd), LARGE_BYTES);

    fd = begin_large();
    assert_int_equal(truncate(in_web_dir("large.bin"), 10), 0);
    assert_in_range(drain(fd), 1, LARGE_BYTES - 1); /* seen to be cut off */

    fd = begin_large();
    assert_int_equal(unlink(in_web_dir("large.bin")), 0);
    assert_int_equal(drain(fd), LARGE_BYTES);
    assert_status("/large.bin", 404);
}

/* The one that the page of a Socket.IO server asks for; a file of the user's comes before it. */
static void the_socketio_client_is_there(void **state)
{
    (void)state;
    static const char script[] = "text/javascript; charset=utf-8";
    static const struct {
        const char *request, *type, *holds;
    } files[] = {
        { "GET /socket.io/socket.io.js", script, "Socket.IO v4." },
        { "GET /socket.io/socket.io.js?EIO=4", script, "Socket.IO v4." },
        { "GET /socket.io/socket.io.min.js", script, "sourceMappingURL=socket.io.min.js.map" },
        { "GET /socket.io/socket.io.esm.min.js", script, "export{" },
        { "GET /socket.io/socket.io.min.js.map", "application/json", "\"mappings\"" },
        { "GET /socket.io/socket.io.esm.min.js.map", "application/json", "\"mappings\"" },
    };
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        struct fetched answer;
        assert_int_equal(fetch(port, files[i].request, &answer), 200);
        assert_string_equal(fetched_header(&answer, "Content-Type"), files[i].type);
        assert_int_equal(fetched_header(&answer, "ETag")[0], '"');
        assert_non_null(strstr((char *)answer.body.data, files[i].holds));
        fetched_finish(&answer);
    }
    mkdir(in_web_dir("socket.io"), 0700);
    write_page("socket.io/socket.io.js", "mine");
    assert_fetch("GET /socket.io/socket.io.js", 200, script, "mine");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_of_a_file_are_sent),
        cmocka_unit_test(a_part_is_of_the_version_one_has),
        cmocka_unit_test(nothing_outside_is_to_be_had),
        cmocka_unit_test(a_nul_is_refused),
        cmocka_unit_test(only_files_are_served),
        cmocka_unit_test(links_inside_are_followed),
        cmocka_unit_test(a_link_that_changes_leads_nowhere_else),
        cmocka_unit_test(the_socketio_client_is_there),
        cmocka_unit_test(a_file_that_changes_under_way_breaks_no_promise),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
