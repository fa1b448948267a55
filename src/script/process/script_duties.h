/* The requests of the host to a script process about its script. */
#ifndef MR_SCRIPT_SCRIPT_DUTIES_H
#define MR_SCRIPT_SCRIPT_DUTIES_H

#include "base/error.h"

struct mr_script_host;

/* Answer what was asked: with nothing, or with the error. */
void mr_script_duties_answer_result(struct mr_script_host *host, int result,
                                    const struct mr_error *error);

/* Do what host->asked says about the script; leaves when that makes no sense. */
void mr_script_duties_do(struct mr_script_host *host);

#endif
