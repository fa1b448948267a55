/* Turns: who may use the live engine. The script thread takes one for each frame, the reload thread
 * one to hand over; the latter goes first, so that a script thread without pauses cannot keep it
 * waiting. No lock is held during a turn. */
#ifndef MR_SCRIPT_TURN_H
#define MR_SCRIPT_TURN_H

#include <pthread.h>
#include <stdbool.h>

struct mr_turn {
    pthread_mutex_t lock;
    pthread_cond_t given;
    /* protected by lock */
    bool taken;
    int first; /* how many wait that go first */
};

/* Make a turn that nobody has. */
void mr_turn_init(struct mr_turn *turn);

/* Free the parts of a turn that nobody has or waits for. */
void mr_turn_finish(struct mr_turn *turn);

/* Wait for the turn and take it. A thread that waits in mr_turn_take_first gets it before all that
 * wait in mr_turn_take.
 * thread: any that does not have the turn */
void mr_turn_take(struct mr_turn *turn);
void mr_turn_take_first(struct mr_turn *turn);

/* Give the turn back.
 * thread: the one that has it */
void mr_turn_give(struct mr_turn *turn);

#endif
