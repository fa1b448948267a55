/* The POSTs of sessions that are under way, so that a second one of the same session is noticed. Any thread. */
#ifndef MR_HTTP_ENGINEIO_POSTS_H
#define MR_HTTP_ENGINEIO_POSTS_H

#include <stdbool.h>

struct mr_engineio_posts;

/* return: an empty set; NULL when out of memory */
struct mr_engineio_posts *mr_engineio_posts_create(void);
void mr_engineio_posts_destroy(struct mr_engineio_posts *posts);

/* A mark, which the caller keeps as long as the POST is under way. */
struct mr_engineio_post_mark {
    struct mr_engineio_post_mark *next;
    const char *sid;
};

/* return: whether there is none of that session already; the mark is to be taken away again in either
 * case */
bool mr_engineio_posts_enter(struct mr_engineio_posts *posts, struct mr_engineio_post_mark *mark,
                             const char *sid);
void mr_engineio_posts_leave(struct mr_engineio_posts *posts, struct mr_engineio_post_mark *mark);

#endif
