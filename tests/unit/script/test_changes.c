/* How long a change of the script is waited out, as the keeper's deadlines say it: no clock is asked. */
#include "script/runner/changes.h"

#include "base/clock.h"
#include "script_support.h"

#define WAIT_US         (60 * 1000000LL)
#define DEBOUNCE_US     100000
#define MAX_DEBOUNCE_US 500000

static struct mr_bell bell;
static struct mr_changes changes;
static char path[512];

static void save(const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static int set_up(void **state)
{
    (void)state;
    folder_make();
    snprintf(path, sizeof(path), "%s/process.lua", test_folder);
    save("-- one");
    return mr_bell_init(&bell) == 0 ? mr_changes_init(&changes, path) : -1;
}

static int tear_down(void **state)
{
    (void)state;
    mr_changes_finish(&changes);
    mr_bell_finish(&bell);
    folder_remove();
    return 0;
}

/* Wait until the end of the pause is another one than `before_us`. */
static void wait_for_change(int64_t before_us)
{
    int64_t deadline_us = mr_clock_now_us() + WAIT_US;
    while (changes.first_us < 0 || changes.due_us == before_us) {
        assert_true(mr_clock_now_us() < deadline_us);
        mr_changes_wait(&changes, &bell, deadline_us);
    }
}

static void a_change_is_acted_on_after_a_tenth_of_a_second(void **state)
{
    (void)state;
    assert_false(mr_changes_are_due(&changes));
    save("-- two");
    wait_for_change(-1);
    assert_int_equal(changes.due_us - changes.first_us, DEBOUNCE_US);
}

static void changes_without_pause_are_acted_on_after_half_a_second(void **state)
{
    (void)state;
    int64_t latest_us = 0;
    for (int i = 0; latest_us == 0 || changes.due_us < latest_us; i++) {
        save(i % 2 ? "-- two" : "-- three");
        wait_for_change(changes.due_us);
        latest_us = changes.first_us + MAX_DEBOUNCE_US;
        assert_in_range(changes.due_us, changes.first_us + DEBOUNCE_US, latest_us);
    }
    mr_changes_forget(&changes);
    assert_false(mr_changes_are_due(&changes));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

RUN_TESTS(TEST(a_change_is_acted_on_after_a_tenth_of_a_second),
          TEST(changes_without_pause_are_acted_on_after_half_a_second))
