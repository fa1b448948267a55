#include "script/runner/turn.h"

void mr_turn_init(struct mr_turn *turn)
{
    pthread_mutex_init(&turn->lock, NULL);
    pthread_cond_init(&turn->given, NULL);
    turn->taken = false;
    turn->first = 0;
}

void mr_turn_finish(struct mr_turn *turn)
{
    pthread_cond_destroy(&turn->given);
    pthread_mutex_destroy(&turn->lock);
}

void mr_turn_take(struct mr_turn *turn)
{
    pthread_mutex_lock(&turn->lock);
    while (turn->taken || turn->first > 0)
        pthread_cond_wait(&turn->given, &turn->lock);
    turn->taken = true;
    pthread_mutex_unlock(&turn->lock);
}

void mr_turn_take_first(struct mr_turn *turn)
{
    pthread_mutex_lock(&turn->lock);
    turn->first++;
    while (turn->taken)
        pthread_cond_wait(&turn->given, &turn->lock);
    turn->first--;
    turn->taken = true;
    pthread_mutex_unlock(&turn->lock);
}

void mr_turn_give(struct mr_turn *turn)
{
    pthread_mutex_lock(&turn->lock);
    turn->taken = false;
    pthread_cond_broadcast(&turn->given);
    pthread_mutex_unlock(&turn->lock);
}
