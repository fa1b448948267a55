/* The process that runs a configuration's text: `moonreel --config-host`, started by config_process.c. It confines itself
 * (process/confine.h), runs one text (config_run.h), sends what it set, and ends. */
#ifndef MR_SCRIPT_CONFIG_HOST_H
#define MR_SCRIPT_CONFIG_HOST_H

/* Serve the socket `fd` once.
 * return: 0; -EPROTO: `fd` is no socket that moonreel made, or the other end does not keep to the order */
int mr_config_host_run(int fd);

#endif
