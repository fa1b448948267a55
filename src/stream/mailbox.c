#include "stream/mailbox.h"

#include "base/thread.h"

#include <assert.h>
#include <string.h>

void mr_mailbox_init(struct mr_mailbox *mailbox, unsigned capacity, bool lossless)
{
    assert(capacity >= 1 && capacity <= MR_MAILBOX_MAX);
    *mailbox = (struct mr_mailbox){ .capacity = capacity, .lossless = lossless };
    pthread_mutex_init(&mailbox->lock, NULL);
    mr_thread_cond_init(&mailbox->changed);
}

void mr_mailbox_finish(struct mr_mailbox *mailbox)
{
    for (unsigned i = 0; i < mailbox->count; i++)
        mr_picture_unref(&mailbox->pictures[i]);
    pthread_cond_destroy(&mailbox->changed);
    pthread_mutex_destroy(&mailbox->lock);
}

void mr_mailbox_set_capacity(struct mr_mailbox *mailbox, unsigned capacity)
{
    assert(capacity >= 1 && capacity <= MR_MAILBOX_MAX);
    pthread_mutex_lock(&mailbox->lock);
    mailbox->capacity = capacity;
    pthread_mutex_unlock(&mailbox->lock);
}

static struct mr_picture *remove_oldest(struct mr_mailbox *mailbox)
{
    struct mr_picture *oldest = mailbox->pictures[0];
    mailbox->count--;
    memmove(mailbox->pictures, mailbox->pictures + 1, mailbox->count * sizeof(*mailbox->pictures));
    return oldest;
}

bool mr_mailbox_put(struct mr_mailbox *mailbox, struct mr_picture *picture)
{
    struct mr_picture *unwanted = NULL;

    pthread_mutex_lock(&mailbox->lock);
    while (mailbox->lossless && mailbox->count == mailbox->capacity && !mailbox->cancelled)
        pthread_cond_wait(&mailbox->changed, &mailbox->lock);
    if (mailbox->count == mailbox->capacity)
        unwanted = remove_oldest(mailbox);
    mailbox->pictures[mailbox->count++] = picture;
    pthread_cond_broadcast(&mailbox->changed);
    pthread_mutex_unlock(&mailbox->lock);

    bool dropped = unwanted != NULL;
    mr_picture_unref(&unwanted);
    return dropped;
}

/* The taker is here again: if it gets no more pictures, the giver may know. Called with the lock. */
static void note_emptied(struct mr_mailbox *mailbox)
{
    bool emptied = mailbox->cancelled || (mailbox->ended && mailbox->count == 0);
    if (emptied && !mailbox->emptied) {
        mailbox->emptied = true;
        pthread_cond_broadcast(&mailbox->changed);
    }
}

static bool is_over(const struct mr_mailbox *mailbox)
{
    return mailbox->cancelled || (mailbox->lossless && mailbox->ended && mailbox->count == 0);
}

struct mr_mail mr_mailbox_take(struct mr_mailbox *mailbox, int64_t deadline_us)
{
    struct mr_mail mail = { 0 };

    pthread_mutex_lock(&mailbox->lock);
    note_emptied(mailbox);
    int waited = 0;
    while (waited == 0 && mailbox->count == 0 && !mailbox->poked && !is_over(mailbox)) {
        waited = mr_thread_cond_wait_until(&mailbox->changed, &mailbox->lock, deadline_us);
        /* It may have been cancelled just when the time was up; then the taker does not come again. */
        note_emptied(mailbox);
    }
    mail.over = is_over(mailbox);
    mail.poked = mailbox->poked;
    mailbox->poked = false;
    if (mailbox->count > 0 && !mail.over) {
        mail.picture = remove_oldest(mailbox);
        pthread_cond_broadcast(&mailbox->changed);
    }
    pthread_mutex_unlock(&mailbox->lock);
    return mail;
}

void mr_mailbox_wait_emptied(struct mr_mailbox *mailbox)
{
    pthread_mutex_lock(&mailbox->lock);
    while (!mailbox->emptied)
        mr_thread_cond_wait_until(&mailbox->changed, &mailbox->lock, -1);
    pthread_mutex_unlock(&mailbox->lock);
}

static void set_flag(struct mr_mailbox *mailbox, bool *flag)
{
    pthread_mutex_lock(&mailbox->lock);
    *flag = true;
    pthread_cond_broadcast(&mailbox->changed);
    pthread_mutex_unlock(&mailbox->lock);
}

void mr_mailbox_end(struct mr_mailbox *mailbox)
{
    set_flag(mailbox, &mailbox->ended);
}

void mr_mailbox_cancel(struct mr_mailbox *mailbox)
{
    set_flag(mailbox, &mailbox->cancelled);
}

void mr_mailbox_poke(struct mr_mailbox *mailbox)
{
    set_flag(mailbox, &mailbox->poked);
}
