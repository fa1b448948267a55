/* Compare two commands by the CPU time of their whole processes, run in turn, so that a machine
 * that changes its speed does so for both:
 *
 *     ratio RUNS UNITS A [ARG...] -- B [ARG...]
 *
 * prints the median CPU microseconds a unit (say: a frame) of each, and the median of A/B pair by
 * pair. What the commands print is thrown away. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_RUNS 99

static double cpu_seconds(char **command)
{
    pid_t child = fork();
    if (child == 0) {
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
        execvp(command[0], command);
        _exit(127);
    }
    int status;
    struct rusage usage;
    if (child < 0 || wait4(child, &status, 0, &usage) < 0 || status != 0) {
        fprintf(stderr, "ratio: %s failed\n", command[0]);
        exit(1);
    }
    return (double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof(*values), ascending);
    return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

int main(int argc, char **argv)
{
    int split = 3;
    while (split < argc && strcmp(argv[split], "--") != 0)
        split++;
    int runs = argc > 1 ? atoi(argv[1]) : 0;
    double units = argc > 2 ? atof(argv[2]) : 0;
    if (split + 1 >= argc || runs < 1 || runs > MAX_RUNS || units <= 0) {
        fprintf(stderr, "usage: ratio RUNS UNITS A [ARG...] -- B [ARG...]\n");
        return 2;
    }
    argv[split] = NULL;

    double a[MAX_RUNS], b[MAX_RUNS], ratios[MAX_RUNS];
    cpu_seconds(argv + 3); /* caches */
    for (int i = 0; i < runs; i++) {
        a[i] = cpu_seconds(argv + 3);
        b[i] = cpu_seconds(argv + split + 1);
        ratios[i] = a[i] / b[i];
    }
    double lowest = ratios[0], highest = ratios[0];
    for (int i = 1; i < runs; i++) {
        lowest = ratios[i] < lowest ? ratios[i] : lowest;
        highest = ratios[i] > highest ? ratios[i] : highest;
    }
    printf("%.1f us against %.1f us: ratio %.3f (%.3f to %.3f in %d pairs)\n",
           median(a, runs) * 1e6 / units, median(b, runs) * 1e6 / units, median(ratios, runs),
           lowest, highest, runs);
    return 0;
}
