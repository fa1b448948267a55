#include "media/picture/picture.h"

#include "support/check.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct mr_picture_pool *make_pool(enum mr_picture_format format, int width, int height,
                                         unsigned slots)
{
    struct mr_picture_pool *pool;
    assert_int_equal(mr_picture_pool_create(format, width, height, slots, &pool), 0);
    return pool;
}

static void refuses_bad_geometry(void **state)
{
    (void)state;
    struct mr_picture_pool *pool;
    assert_int_equal(mr_picture_pool_create(MR_PICTURE_I420, 0, 10, 1, &pool), -EINVAL);
    assert_null(pool);
    assert_int_equal(mr_picture_pool_create(MR_PICTURE_I420, 10, 16385, 1, &pool), -EINVAL);
    assert_int_equal(mr_picture_pool_create(MR_PICTURE_BGRX, 10, 10, 0, &pool), -EINVAL);
    assert_int_equal(mr_picture_pool_create(MR_PICTURE_BGRX, 10, 10, 65, &pool), -EINVAL);
    mr_picture_pool_destroy(NULL);
}

static void is_exhausted_and_refilled(void **state)
{
    (void)state;
    struct mr_picture_pool *pool = make_pool(MR_PICTURE_I420, 16, 16, 64);
    struct mr_picture *taken[64];
    uint64_t seen = 0;
    for (int i = 0; i < 64; i++) {
        taken[i] = mr_picture_pool_take(pool);
        assert_non_null(taken[i]);
        assert_int_equal(seen & UINT64_C(1) << taken[i]->slot, 0);
        seen |= UINT64_C(1) << taken[i]->slot;
    }
    assert_null(mr_picture_pool_take(pool));

    unsigned slot = taken[17]->slot;
    mr_picture_unref(&taken[17]);
    assert_null(taken[17]);
    taken[17] = mr_picture_pool_take(pool);
    assert_int_equal(taken[17]->slot, slot);
    assert_null(mr_picture_pool_take(pool));
    for (int i = 0; i < 64; i++)
        mr_picture_unref(&taken[i]);
    mr_picture_pool_destroy(pool);
}

static void comes_back_with_the_last_reference(void **state)
{
    (void)state;
    struct mr_picture_pool *pool = make_pool(MR_PICTURE_BGRX, 5, 5, 1);
    struct mr_picture *first = mr_picture_pool_take(pool);
    first->seq = 9;
    struct mr_picture *second = mr_picture_ref(first);
    assert_ptr_equal(first, second);
    mr_picture_unref(&first);
    assert_null(mr_picture_pool_take(pool));
    mr_picture_unref(&second);
    mr_picture_unref(&second); /* NULL by now */

    struct mr_picture *again = mr_picture_pool_take(pool);
    assert_non_null(again);
    assert_int_equal(again->seq, 0);
    mr_picture_unref(&again);
    mr_picture_pool_destroy(pool);
}

static void outlives_its_pool(void **state)
{
    (void)state;
    struct mr_picture_pool *pool = make_pool(MR_PICTURE_I420, 64, 64, 2);
    struct mr_picture *picture = mr_picture_pool_take(pool);
    mr_picture_pool_destroy(pool);
    memset(picture->plane[0], 7, (size_t)picture->stride_bytes[0] * 64);
    assert_int_equal(picture->plane[0][63 * picture->stride_bytes[0] + 63], 7);
    mr_picture_unref(&picture); /* LeakSanitizer and AddressSanitizer watch the rest */
}

static void check_planes(const struct mr_picture *picture, int planes)
{
    for (int i = 0; i < planes; i++) {
        assert_int_equal((uintptr_t)picture->plane[i] % MR_PICTURE_ALIGNMENT, 0);
        assert_int_equal(picture->stride_bytes[i] % MR_PICTURE_ALIGNMENT, 0);
    }
}

static void aligns_rows_and_keeps_pictures_apart(void **state)
{
    (void)state;
    const int sizes[][2] = { { 1, 1 }, { 767, 431 }, { 64, 2 }, { 1280, 720 } };
    for (size_t s = 0; s < 4; s++) {
        int width = sizes[s][0], height = sizes[s][1];
        struct mr_picture_pool *pool = make_pool(MR_PICTURE_I420, width, height, 2);
        struct mr_picture *a = mr_picture_pool_take(pool), *b = mr_picture_pool_take(pool);
        check_planes(a, 3);
        check_planes(b, 3);
        int rows[3] = { height + height % 2, (height + 1) / 2, (height + 1) / 2 };
        for (int i = 0; i < 3; i++) {
            memset(a->plane[i], 10 + i, (size_t)a->stride_bytes[i] * (size_t)rows[i]);
            memset(b->plane[i], 20 + i, (size_t)b->stride_bytes[i] * (size_t)rows[i]);
        }
        for (int i = 0; i < 3; i++) {
            assert_int_equal(a->plane[i][0], 10 + i);
            assert_int_equal(a->plane[i][a->stride_bytes[i] * rows[i] - 1], 10 + i);
            assert_int_equal(b->plane[i][b->stride_bytes[i] * rows[i] - 1], 20 + i);
        }
        mr_picture_unref(&a);
        mr_picture_unref(&b);
        mr_picture_pool_destroy(pool);
    }
}

/* Another process would get the descriptor by a socket. */
static int map_again(const struct mr_picture *picture, struct mr_picture_pool **pool)
{
    struct mr_picture_memory memory = mr_picture_memory_of(picture);
    assert_true(fcntl(memory.fd, F_GETFD) & FD_CLOEXEC);
    memory.fd = dup(memory.fd);
    return mr_picture_pool_map(&memory, pool);
}

static void is_seen_through_a_second_mapping(void **state)
{
    (void)state;
    struct mr_picture_pool *pool = make_pool(MR_PICTURE_I420, 100, 50, 3), *other;
    struct mr_picture *skipped = mr_picture_pool_take(pool);
    struct mr_picture *picture = mr_picture_pool_take(pool);
    assert_int_equal(map_again(picture, &other), 0);
    picture->plane[2][24 * picture->stride_bytes[2] + 49] = 0xa5;
    struct mr_picture *seen = mr_picture_pool_at(other, picture->slot);
    assert_int_equal(seen->stride_bytes[2], picture->stride_bytes[2]);
    assert_int_equal(seen->plane[2][24 * seen->stride_bytes[2] + 49], 0xa5);
    assert_null(mr_picture_pool_at(other, picture->slot)); /* it is taken */
    assert_null(mr_picture_pool_at(other, 3));
    mr_picture_unref(&seen);
    seen = mr_picture_pool_at(other, picture->slot);
    assert_non_null(seen);
    mr_picture_unref(&seen);
    mr_picture_pool_destroy(other);
    mr_picture_unref(&skipped);
    mr_picture_unref(&picture);
    mr_picture_pool_destroy(pool);
}

static void only_canvases_can_be_written_by_others(void **state)
{
    (void)state;
    struct mr_picture_pool *pool = make_pool(MR_PICTURE_I420, 16, 16, 1), *other;
    struct mr_picture *picture = mr_picture_pool_take(pool);
    int fd = mr_picture_memory_of(picture).fd;
    assert_int_equal(ftruncate(fd, 0), -1); /* sealed: whoever maps it is safe */
    assert_ptr_equal(mmap(NULL, 16, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), MAP_FAILED);
    assert_int_equal(pwrite(fd, "x", 1, 0), -1);
    mr_picture_unref(&picture);
    mr_picture_pool_destroy(pool);

    pool = make_pool(MR_PICTURE_BGRX, 16, 16, 1);
    picture = mr_picture_pool_take(pool);
    assert_int_equal(map_again(picture, &other), 0);
    struct mr_picture *canvas = mr_picture_pool_at(other, 0);
    canvas->plane[0][5] = 0x5a;
    assert_int_equal(picture->plane[0][5], 0x5a);
    mr_picture_unref(&canvas);
    mr_picture_pool_destroy(other);
    mr_picture_unref(&picture);
    mr_picture_pool_destroy(pool);
}

static void wrong_memory_is_refused(void **state)
{
    (void)state;
    struct mr_picture_pool *pool = make_pool(MR_PICTURE_BGRX, 16, 16, 2), *other;
    struct mr_picture *picture = mr_picture_pool_take(pool);
    const struct mr_picture_memory right = mr_picture_memory_of(picture);
    struct mr_picture_memory wrong[] = { right, right, right, right, right, right };
    wrong[0].slots = 200;
    wrong[1].slots = 20; /* the memory is shorter than that */
    wrong[2].width = 0;
    wrong[3].height = MR_PICTURE_MAX_SIDE + 1;
    wrong[4].format = (enum mr_picture_format)7;
    wrong[5].slots = 0;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        wrong[i].fd = dup(right.fd);
        int fd = wrong[i].fd;
        assert_int_equal(mr_picture_pool_map(&wrong[i], &other), -EINVAL);
        assert_null(other);
        assert_int_equal(fcntl(fd, F_GETFD), -1); /* taken over, failure included */
    }
    mr_picture_unref(&picture);
    mr_picture_pool_destroy(pool);
}

static void repeats_the_edge_of_odd_pictures(void **state)
{
    (void)state;
    struct mr_picture_pool *pool = make_pool(MR_PICTURE_I420, 3, 5, 1);
    struct mr_picture *picture = mr_picture_pool_take(pool);
    uint8_t *luma = picture->plane[0];
    int stride = picture->stride_bytes[0];
    for (int y = 0; y < 5; y++)
        for (int x = 0; x < 3; x++)
            luma[y * stride + x] = (uint8_t)(10 * y + x);
    mr_picture_pad(picture);
    assert_int_equal(luma[3], 2);
    assert_int_equal(luma[4 * stride + 3], 42);
    assert_int_equal(luma[5 * stride], 40);
    assert_int_equal(luma[5 * stride + 3], 42);
    mr_picture_unref(&picture);
    mr_picture_pool_destroy(pool);
}

struct crowd {
    struct mr_picture_pool *pool;
    int rounds;
};

/* Take, mark, share, check that nobody else wrote, give back. */
static void *use_pictures(void *argument)
{
    const struct crowd *crowd = argument;
    uint8_t mark = (uint8_t)(uintptr_t)&mark;
    intptr_t spoilt = 0;
    for (int i = 0; i < crowd->rounds; i++) {
        struct mr_picture *picture = mr_picture_pool_take(crowd->pool);
        if (picture == NULL)
            continue;
        picture->plane[0][0] = mark;
        struct mr_picture *shared = mr_picture_ref(picture);
        mr_picture_unref(&picture);
        spoilt += shared->plane[0][0] != mark;
        mr_picture_unref(&shared);
    }
    return (void *)spoilt;
}

static void is_shared_by_threads(void **state)
{
    (void)state;
    struct crowd crowd = { make_pool(MR_PICTURE_BGRX, 8, 8, 3), 20000 };
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, use_pictures, &crowd), 0);
    for (int i = 0; i < 4; i++) {
        void *spoilt;
        pthread_join(threads[i], &spoilt);
        assert_null(spoilt);
    }
    struct mr_picture *left[3];
    for (int i = 0; i < 3; i++)
        assert_non_null(left[i] = mr_picture_pool_take(crowd.pool));
    for (int i = 0; i < 3; i++)
        mr_picture_unref(&left[i]);
    mr_picture_pool_destroy(crowd.pool);
}

RUN_TESTS(cmocka_unit_test(refuses_bad_geometry), cmocka_unit_test(is_exhausted_and_refilled),
          cmocka_unit_test(comes_back_with_the_last_reference), cmocka_unit_test(outlives_its_pool),
          cmocka_unit_test(aligns_rows_and_keeps_pictures_apart),
          cmocka_unit_test(is_seen_through_a_second_mapping),
          cmocka_unit_test(only_canvases_can_be_written_by_others),
          cmocka_unit_test(wrong_memory_is_refused),
          cmocka_unit_test(repeats_the_edge_of_odd_pictures),
          cmocka_unit_test(is_shared_by_threads))
