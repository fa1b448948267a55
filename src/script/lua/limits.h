/* The limits of a script, from the options of the program down to its engine. Plain data. */
#ifndef MR_SCRIPT_LIMITS_H
#define MR_SCRIPT_LIMITS_H

struct mr_script_limits {
    int deadline_ms; /* of one call into the script, which is stopped when it takes longer */
    int memory_mib;  /* of all that the script holds */
};

#endif
