#include "media/picture/picture.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct slot {
    struct mr_picture picture; /* first: a picture's address is its slot's */
    struct mr_picture_pool *pool;
    atomic_uint references;
};

struct mr_picture_pool {
    /* immutable */
    uint64_t id;
    enum mr_picture_format format;
    int width, height;
    int fd;
    uint8_t *memory;
    size_t slot_bytes;
    unsigned slots;

    /* any thread */
    _Atomic uint64_t free;  /* a bit a slot */
    atomic_uint references; /* the creator's and one a picture in use */

    struct slot slot[];
};

/* Offsets and strides of one picture's planes in its slot. */
struct plan {
    int planes;
    size_t offset[3];
    int stride_bytes[3];
    size_t size_bytes;
};

static size_t round_up(size_t value, size_t step)
{
    return (value + step - 1) / step * step;
}

static void plan_plane(struct plan *plan, int width_bytes, int rows)
{
    int i = plan->planes++;
    plan->offset[i] = plan->size_bytes;
    plan->stride_bytes[i] = (int)round_up((size_t)width_bytes, MR_PICTURE_ALIGNMENT);
    plan->size_bytes += (size_t)plan->stride_bytes[i] * (size_t)rows;
}

static struct plan plan_picture(enum mr_picture_format format, int width, int height)
{
    struct plan plan = { 0 };
    if (format == MR_PICTURE_BGRX) {
        plan_plane(&plan, width * 4, height);
        return plan;
    }
    int chroma_width = (width + 1) / 2, chroma_height = (height + 1) / 2;
    plan_plane(&plan, chroma_width * 2, chroma_height * 2);
    plan_plane(&plan, chroma_width, chroma_height);
    plan_plane(&plan, chroma_width, chroma_height);
    return plan;
}

/* Every process that maps the pool relies on its size: nobody may change it any more. The writable mapping of
 * an I420 pool that is made here stays the only one. */
static int make_memory(struct mr_picture_pool *pool, size_t size)
{
    int seals = F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
    pool->fd = memfd_create("moonreel-pictures", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (pool->fd < 0)
        return -errno;
    if (ftruncate(pool->fd, (off_t)size) < 0)
        return -errno;
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, pool->fd, 0);
    if (memory == MAP_FAILED)
        return -errno;
    pool->memory = memory;
    if (pool->format == MR_PICTURE_I420)
        seals |= F_SEAL_FUTURE_WRITE;
    return fcntl(pool->fd, F_ADD_SEALS, seals) < 0 ? -errno : 0;
}

static int map_memory(struct mr_picture_pool *pool, size_t size)
{
    struct stat info;
    if (fstat(pool->fd, &info) < 0)
        return -errno;
    if (info.st_size < 0 || (size_t)info.st_size < size)
        return -EINVAL;
    int protection = PROT_READ | (pool->format == MR_PICTURE_BGRX ? PROT_WRITE : 0);
    void *memory = mmap(NULL, size, protection, MAP_SHARED, pool->fd, 0);
    if (memory == MAP_FAILED)
        return -errno;
    pool->memory = memory;
    return 0;
}

static void free_pool(struct mr_picture_pool *pool)
{
    if (pool->memory != NULL)
        munmap(pool->memory, pool->slot_bytes * pool->slots);
    if (pool->fd >= 0)
        close(pool->fd);
    free(pool);
}

static void release_pool(struct mr_picture_pool *pool)
{
    if (atomic_fetch_sub_explicit(&pool->references, 1, memory_order_acq_rel) == 1)
        free_pool(pool);
}

static void init_slot(struct mr_picture_pool *pool, unsigned number, const struct plan *plan,
                      const struct mr_picture *shape)
{
    struct slot *slot = &pool->slot[number];
    slot->pool = pool;
    slot->picture = *shape;
    slot->picture.slot = number;
    for (int i = 0; i < plan->planes; i++) {
        slot->picture.plane[i] = pool->memory + number * pool->slot_bytes + plan->offset[i];
        slot->picture.stride_bytes[i] = plan->stride_bytes[i];
    }
}

static bool is_possible(const struct mr_picture_memory *memory)
{
    return (memory->format == MR_PICTURE_I420 || memory->format == MR_PICTURE_BGRX) &&
           memory->width >= 1 && memory->width <= MR_PICTURE_MAX_SIDE && memory->height >= 1 &&
           memory->height <= MR_PICTURE_MAX_SIDE && memory->slots >= 1 &&
           memory->slots <= MR_PICTURE_MAX_SLOTS;
}

/* A pool of new memory, or of that behind memory->fd if it is none. */
static int make_pool(const struct mr_picture_memory *memory, struct mr_picture_pool **pool)
{
    static _Atomic uint64_t next_id = 1;
    unsigned slots = memory->slots;
    struct mr_picture_pool *made = calloc(1, sizeof(*made) + slots * sizeof(made->slot[0]));
    if (made == NULL) {
        if (memory->fd >= 0)
            close(memory->fd);
        return -ENOMEM;
    }
    struct plan plan = plan_picture(memory->format, memory->width, memory->height);
    made->id = atomic_fetch_add_explicit(&next_id, 1, memory_order_relaxed);
    made->format = memory->format;
    made->width = memory->width;
    made->height = memory->height;
    made->fd = memory->fd;
    made->slots = slots;
    made->slot_bytes = round_up(plan.size_bytes, (size_t)sysconf(_SC_PAGESIZE));
    int failed = memory->fd < 0 ? make_memory(made, made->slot_bytes * slots)
                                : map_memory(made, made->slot_bytes * slots);
    if (failed) {
        free_pool(made);
        return failed;
    }

    struct mr_picture shape = { .format = memory->format,
                                .width = memory->width,
                                .height = memory->height };
    for (unsigned i = 0; i < slots; i++)
        init_slot(made, i, &plan, &shape);
    atomic_init(&made->free, UINT64_MAX >> (MR_PICTURE_MAX_SLOTS - slots));
    atomic_init(&made->references, 1);
    *pool = made;
    return 0;
}

int mr_picture_pool_create(enum mr_picture_format format, int width, int height, unsigned slots,
                           struct mr_picture_pool **pool)
{
    const struct mr_picture_memory memory = {
        .fd = -1, .format = format, .width = width, .height = height, .slots = slots
    };
    *pool = NULL;
    return is_possible(&memory) ? make_pool(&memory, pool) : -EINVAL;
}

int mr_picture_pool_map(const struct mr_picture_memory *memory, struct mr_picture_pool **pool)
{
    *pool = NULL;
    if (memory->fd >= 0 && is_possible(memory))
        return make_pool(memory, pool);
    if (memory->fd >= 0)
        close(memory->fd);
    return -EINVAL;
}

void mr_picture_pool_destroy(struct mr_picture_pool *pool)
{
    if (pool != NULL)
        release_pool(pool);
}

/* A slot whose bit was cleared becomes a picture with one reference. */
static struct mr_picture *hand_out(struct mr_picture_pool *pool, unsigned number)
{
    struct slot *slot = &pool->slot[number];
    atomic_fetch_add_explicit(&pool->references, 1, memory_order_relaxed);
    atomic_store_explicit(&slot->references, 1, memory_order_relaxed);
    slot->picture.seq = 0;
    slot->picture.pts_us = 0;
    slot->picture.captured_us = 0;
    slot->picture.recorded = NULL;
    slot->picture.pending = NULL;
    slot->picture.under = NULL;
    return &slot->picture;
}

/* The lowest free slot first: the memory used last is the likeliest to be in the cache. */
struct mr_picture *mr_picture_pool_take(struct mr_picture_pool *pool)
{
    uint64_t free_slots = atomic_load_explicit(&pool->free, memory_order_relaxed);
    uint64_t lowest;
    do {
        if (free_slots == 0)
            return NULL;
        lowest = free_slots & -free_slots;
    } while (!atomic_compare_exchange_weak_explicit(&pool->free, &free_slots, free_slots & ~lowest,
                                                    memory_order_acquire, memory_order_relaxed));
    return hand_out(pool, (unsigned)__builtin_ctzll(lowest));
}

struct mr_picture *mr_picture_pool_at(struct mr_picture_pool *pool, unsigned slot)
{
    if (slot >= pool->slots)
        return NULL;
    uint64_t bit = UINT64_C(1) << slot;
    uint64_t before = atomic_fetch_and_explicit(&pool->free, ~bit, memory_order_acquire);
    return before & bit ? hand_out(pool, slot) : NULL;
}

struct mr_picture_memory mr_picture_memory_of(const struct mr_picture *picture)
{
    const struct mr_picture_pool *pool = ((const struct slot *)picture)->pool;
    return (struct mr_picture_memory){ pool->id,    pool->fd,     pool->format,
                                       pool->width, pool->height, pool->slots };
}

struct mr_picture *mr_picture_ref(struct mr_picture *picture)
{
    struct slot *slot = (struct slot *)picture;
    unsigned before = atomic_fetch_add_explicit(&slot->references, 1, memory_order_relaxed);
    assert(before > 0);
    (void)before;
    return picture;
}

void mr_picture_unref(struct mr_picture **picture)
{
    struct slot *slot = (struct slot *)*picture;
    if (slot == NULL)
        return;
    *picture = NULL;
    if (atomic_fetch_sub_explicit(&slot->references, 1, memory_order_acq_rel) != 1)
        return;

    mr_blob_unref(&slot->picture.recorded);
    mr_pending_destroy(&slot->picture.pending);
    mr_picture_unref(&slot->picture.under); /* one step: that one has none */
    struct mr_picture_pool *pool = slot->pool;
    uint64_t bit = UINT64_C(1) << slot->picture.slot;
    atomic_fetch_or_explicit(&pool->free, bit, memory_order_release);
    release_pool(pool);
}

void mr_picture_pad(struct mr_picture *picture)
{
    if (picture->format != MR_PICTURE_I420)
        return;
    uint8_t *luma = picture->plane[0];
    size_t stride = (size_t)picture->stride_bytes[0];
    size_t width = (size_t)picture->width, height = (size_t)picture->height;
    if (width % 2 != 0) {
        for (size_t y = 0; y < height; y++)
            luma[y * stride + width] = luma[y * stride + width - 1];
    }
    if (height % 2 != 0)
        memcpy(luma + height * stride, luma + (height - 1) * stride, width + width % 2);
}

/* ---- pictures whose planes come later ---- */

int mr_picture_postpone(struct mr_picture *picture, const struct mr_pending_options *options)
{
    assert(picture->pending == NULL);
    return mr_pending_create(options, &picture->pending);
}

void mr_picture_need(const struct mr_picture *picture)
{
    if (picture->pending != NULL)
        mr_pending_ask(picture->pending);
    mr_picture_prepare(picture);
}

void mr_picture_prepare(const struct mr_picture *picture)
{
    if (picture->pending != NULL)
        mr_pending_fill(picture->pending, (struct mr_picture *)picture);
}

bool mr_picture_is_pending(const struct mr_picture *picture)
{
    return picture->pending != NULL && !mr_pending_is_filled(picture->pending);
}

bool mr_picture_was_needed(const struct mr_picture *picture)
{
    return picture->pending == NULL || mr_pending_was_asked(picture->pending);
}

struct mr_blob *mr_picture_jpeg(const struct mr_picture *picture)
{
    return picture->pending != NULL ? mr_pending_jpeg(picture->pending) : NULL;
}
