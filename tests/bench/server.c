#include "server.h"

#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void die(const char *what)
{
    perror(what);
    exit(1);
}

pid_t server_start(char *const command[], int *out)
{
    int pipes[2] = { -1, -1 };
    if (out != NULL && pipe(pipes) < 0)
        die("server: pipe");
    pid_t child = fork();
    if (child < 0)
        die("server: fork");
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (out != NULL) {
            dup2(pipes[1], STDOUT_FILENO);
            close(pipes[0]);
            close(pipes[1]);
        }
        execvp(command[0], command);
        die(command[0]);
    }
    if (out != NULL) {
        close(pipes[1]);
        *out = pipes[0];
    }
    return child;
}

void server_stop(pid_t server, double seconds)
{
    kill(server, SIGTERM);
    for (double waited = 0; waited < seconds; waited += 0.01) {
        if (waitpid(server, NULL, WNOHANG) != 0)
            return;
        nanosleep(&(struct timespec){ 0, 10000000 }, NULL);
    }
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
}

/* ---- one process ---- */

static double own_cpu(pid_t pid)
{
    clockid_t clock;
    struct timespec time;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) < 0)
        return 0;
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* The number after `key` in a file of /proc. */
static double read_number(pid_t pid, const char *name, const char *key)
{
    char path[64], line[256];
    double number = 0;
    snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return 0;
    while (fgets(line, sizeof(line), file) != NULL) {
        if (strncmp(line, key, strlen(key)) == 0)
            number = atof(line + strlen(key));
    }
    fclose(file);
    return number;
}

static double own_pss_kib(pid_t pid)
{
    return read_number(pid, "smaps_rollup", "Pss:");
}

static double own_data_kib(pid_t pid)
{
    return read_number(pid, "smaps_rollup", "Pss_Anon:") +
           read_number(pid, "smaps_rollup", "Pss_Shmem:");
}

static double own_threads(pid_t pid)
{
    return read_number(pid, "status", "Threads:");
}

/* ---- the tree ---- */

static double sum_tree(pid_t pid, double (*figure)(pid_t pid));

static double sum_children(pid_t pid, const char *task, double (*figure)(pid_t pid))
{
    char path[300];
    double sum = 0;
    int child;
    snprintf(path, sizeof(path), "/proc/%d/task/%s/children", (int)pid, task);
    FILE *file = fopen(path, "r");
    while (file != NULL && fscanf(file, "%d", &child) == 1)
        sum += sum_tree(child, figure);
    if (file != NULL)
        fclose(file);
    return sum;
}

static double sum_tree(pid_t pid, double (*figure)(pid_t pid))
{
    char path[64];
    double sum = figure(pid);
    snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
    DIR *tasks = opendir(path);
    for (struct dirent *task; tasks != NULL && (task = readdir(tasks)) != NULL;) {
        if (task->d_name[0] != '.')
            sum += sum_children(pid, task->d_name, figure);
    }
    if (tasks != NULL)
        closedir(tasks);
    return sum;
}

double server_cpu(pid_t server)
{
    return sum_tree(server, own_cpu);
}

double server_pss_kib(pid_t server)
{
    return sum_tree(server, own_pss_kib);
}

double server_data_kib(pid_t server)
{
    return sum_tree(server, own_data_kib);
}

int server_threads(pid_t server)
{
    return (int)sum_tree(server, own_threads);
}

/* ---- threads ---- */

static bool is_called(pid_t pid, const char *task, const char *name)
{
    char path[300], comm[64] = "";
    snprintf(path, sizeof(path), "/proc/%d/task/%s/comm", (int)pid, task);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return false;
    bool same = fscanf(file, "%63[^\n]", comm) == 1 && strcmp(name, comm) == 0;
    fclose(file);
    return same;
}

double server_thread_cpu(pid_t server, const char *name)
{
    char path[300];
    snprintf(path, sizeof(path), "/proc/%d/task", (int)server);
    DIR *tasks = opendir(path);
    double total = 0;
    for (struct dirent *task; tasks != NULL && (task = readdir(tasks)) != NULL;) {
        if (task->d_name[0] == '.' || (name != NULL && !is_called(server, task->d_name, name)))
            continue;
        unsigned long long ns = 0;
        snprintf(path, sizeof(path), "/proc/%d/task/%s/schedstat", (int)server, task->d_name);
        FILE *file = fopen(path, "r");
        if (file == NULL)
            continue;
        if (fscanf(file, "%llu", &ns) == 1)
            total += (double)ns / 1e9;
        fclose(file);
    }
    if (tasks != NULL)
        closedir(tasks);
    return total;
}
