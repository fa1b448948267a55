#include "http/socketio/engineio_posts.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct mr_engineio_posts {
    pthread_mutex_t lock;
    struct mr_engineio_post_mark *first; /* protected by lock; as many as there are workers */
};

struct mr_engineio_posts *mr_engineio_posts_create(void)
{
    struct mr_engineio_posts *posts = calloc(1, sizeof(*posts));
    if (posts != NULL)
        pthread_mutex_init(&posts->lock, NULL);
    return posts;
}

void mr_engineio_posts_destroy(struct mr_engineio_posts *posts)
{
    if (posts == NULL)
        return;
    pthread_mutex_destroy(&posts->lock);
    free(posts);
}

bool mr_engineio_posts_enter(struct mr_engineio_posts *posts, struct mr_engineio_post_mark *mark,
                             const char *sid)
{
    bool alone = true;
    pthread_mutex_lock(&posts->lock);
    for (const struct mr_engineio_post_mark *other = posts->first; other != NULL;
         other = other->next)
        alone = alone && strcmp(other->sid, sid) != 0;
    mark->sid = sid;
    mark->next = posts->first;
    posts->first = mark;
    pthread_mutex_unlock(&posts->lock);
    return alone;
}

void mr_engineio_posts_leave(struct mr_engineio_posts *posts, struct mr_engineio_post_mark *mark)
{
    pthread_mutex_lock(&posts->lock);
    struct mr_engineio_post_mark **link = &posts->first;
    while (*link != mark)
        link = &(*link)->next;
    *link = mark->next;
    pthread_mutex_unlock(&posts->lock);
}
