/* The errors of a running script by kind: the first of a kind is logged with its traceback, repeats
 * are counted and said when there are 10, 100, 1000, … of them. A kind is a message without its
 * numbers.
 *
 * Plain data of whoever has the turn on the script. */
#ifndef MR_SCRIPT_FAULTS_H
#define MR_SCRIPT_FAULTS_H

#include "script/lua/script_log.h"

#include <stdint.h>

#define MR_FAULTS_KINDS 32 /* told apart; the rest count as one */

struct mr_faults {
    struct {
        uint64_t hash;
        uint64_t count;
    } kind[MR_FAULTS_KINDS + 1];
    int kinds;
};

/* Count one error and log what there is to log. */
void mr_faults_add(struct mr_faults *faults, struct mr_script_log *log, const char *message,
                   const char *traceback);

/* A new version runs: forget all kinds. */
void mr_faults_reset(struct mr_faults *faults);

#endif
