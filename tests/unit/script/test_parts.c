/* Only what a script uses of a frame is converted: whatever it does must come out as if all of it
 * had been. Random sequences of calls are run on a frame as it comes and on one that was touched as
 * a whole before. */
#include "draw_support.h"
#include "script/engine/calls.h"

#define WIDTH  211
#define HEIGHT 157

static unsigned seed;

static int pick(int count)
{
    seed = seed * 1103515245u + 12345u;
    return (int)(seed >> 16) % count;
}

static int x(void)
{
    return pick(WIDTH + 60) - 30;
}

static int y(void)
{
    return pick(HEIGHT + 60) - 30;
}

/* One call, as Lua text. */
static void append_call(struct mr_buffer *text)
{
    switch (pick(16)) {
    case 0:
        mr_buffer_printf(text,
                         "frame:rectangle(%d, %d, %d, %d, { stroke = '#f00', line_width = %d })\n",
                         x(), y(), pick(60) + 1, pick(60) + 1, pick(9) + 1);
        break;
    case 1:
        mr_buffer_printf(text, "frame:rectangle(%d, %d, %d, %d, { fill = '#0f08', radius = %d })\n",
                         x(), y(), pick(60) + 1, pick(60) + 1, pick(20));
        break;
    case 2:
        mr_buffer_printf(text, "frame:line(%d, %d, %d, %d, { color = '#00f', line_width = %d })\n",
                         x(), y(), x(), y(), pick(12) + 1);
        break;
    case 3:
        mr_buffer_printf(
            text,
            "frame:circle(%d, %d, %d, { fill = '#ff08', stroke = 'white', line_width = 3 })\n", x(),
            y(), pick(40) + 1);
        break;
    case 4:
        mr_buffer_printf(
            text,
            "frame:polyline({ {%d,%d}, {%d,%d}, {%d,%d} }, { color = 'red', line_width = %d })\n",
            x(), y(), x(), y(), x(), y(), pick(20) + 1);
        break;
    case 5:
        mr_buffer_printf(
            text,
            "frame:polygon({ {%d,%d}, {%d,%d}, {%d,%d} }, { fill = '#0ff9', stroke = 'black' })\n",
            x(), y(), x(), y(), x(), y());
        break;
    case 6:
        mr_buffer_printf(text,
                         "frame:text('parts %d', %d, %d, { size = %d, background = '#0008', "
                         "outline = 'red' })\n",
                         pick(9), x(), y(), pick(20) + 8);
        break;
    case 7:
        mr_buffer_printf(text, "frame:blur(%d, %d, %d, %d, %d)\n", x(), y(), pick(60), pick(60),
                         pick(9));
        break;
    case 8:
        mr_buffer_printf(text, "frame:pixelate(%d, %d, %d, %d, %d)\n", x(), y(), pick(60), pick(60),
                         pick(9) + 1);
        break;
    case 9:
        mr_buffer_printf(text, "frame:blit(frame, %d, %d, { opacity = 0.5 })\n", x(), y());
        break;
    case 10:
        mr_buffer_printf(text, "frame:image(frame, %d, %d, { width = %d, opacity = 0.7 })\n", x(),
                         y(), pick(400) + 1);
        break;
    case 11:
        mr_buffer_printf(text, "frame:set(%d, %d, frame:get(%d, %d) or 1, 2, 3)\n", x(), y(), x(),
                         y());
        break;
    case 12:
        mr_buffer_printf(text, "local r = frame:row(%d) if r then frame:set_row(%d, r) end\n", y(),
                         y());
        break;
    case 13:
        mr_buffer_printf(text, "frame:map(function(r, g, b) return b, r, g end, %d, %d, %d, %d)\n",
                         x(), y(), pick(40), pick(40));
        break;
    case 14:
        mr_buffer_printf(text, "frame:apply(around, {}, %d, %d, %d, %d)\n", x(), y(), pick(60),
                         pick(60));
        break;
    default:
        mr_buffer_printf(text,
                         "frame:arc(%d, %d, %d, 0, %d, { stroke = 'lime', line_width = 6 })\n", x(),
                         y(), pick(40) + 1, pick(6) + 1);
        break;
    }
}

static struct mr_picture *run_calls(struct mr_picture *picture, const char *first,
                                    const char *calls)
{
    struct mr_buffer text = { 0 };
    mr_buffer_printf(
        &text,
        "local around = kernel(function(p) return p:at(-9, 5).r, p:at(12, 0).g, p.b end)\n"
        "function process(frame)\n%s\n%s\nend\n",
        first, calls);
    struct mr_picture *drawn = run_on(picture, (char *)text.data);
    mr_buffer_finish(&text);
    return drawn;
}

static struct mr_picture *make_picture(void)
{
    struct mr_picture *picture = picture_black(WIDTH, HEIGHT);
    for (int i = 0; i < 3; i++)
        for (int n = 0; n < picture->stride_bytes[i] * (i ? (HEIGHT + 1) / 2 : HEIGHT); n++)
            picture->plane[i][n] = (uint8_t)(n * 31 + n / 97 * 7);
    return picture;
}

static void compare(const char *calls)
{
    struct mr_picture *picture = make_picture();
    struct mr_picture *whole =
        run_calls(picture, "frame:lut(function(v) return v end)", calls); /* all of it */
    struct mr_picture *parts = run_calls(picture, "frame:set(0, 0, frame:get(0, 0))", calls);
    for (int row = 0; row < HEIGHT; row++)
        for (int column = 0; column < WIDTH; column++)
            if (picture_pixel(parts, column, row) != picture_pixel(whole, column, row))
                fail_msg("%s: %06x at %d,%d, not %06x", calls, picture_pixel(parts, column, row),
                         column, row, picture_pixel(whole, column, row));
    mr_picture_unref(&parts);
    mr_picture_unref(&whole);
    mr_picture_unref(&picture);
}

static void calls_in_any_order_come_out_as_on_the_whole(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 300; round++) {
        struct mr_buffer calls = { 0 };
        seed = round * 7919;
        for (int count = pick(6) + 1; count > 0; count--)
            append_call(&calls);
        compare((char *)calls.data);
        mr_buffer_finish(&calls);
    }
}

static void little_is_converted_for_little(void **state)
{
    (void)state;
    struct mr_picture *picture = make_picture();
    struct mr_engine_result result;
    struct mr_error error = { 0 };
    struct mr_engine *engine =
        engine_make(&host, PROCESS("frame:rectangle(20, 20, 10, 10, { fill = 'red' })"));
    assert_int_equal(mr_calls_process(engine, picture, 0, &result, &error), 0);
    const struct mr_area drawn = { 20, 20, 30, 30 }, far = { 100, 100, 101, 101 };
    assert_ptr_equal(result.picture->under, picture);
    assert_false(mr_tiles_lack(&result.picture->drawn, &drawn));
    assert_true(mr_tiles_lack(&result.picture->drawn, &far));
    result_finish(&result);
    mr_engine_destroy(engine);
    mr_picture_unref(&picture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_in_any_order_come_out_as_on_the_whole),
        cmocka_unit_test(little_is_converted_for_little),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
