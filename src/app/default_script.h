/* The script that comes with moonreel, found from where the running binary lies, so that what is installed can be moved
 * and never reads a source tree. Main's thread. */
#ifndef MR_APP_DEFAULT_SCRIPT_H
#define MR_APP_DEFAULT_SCRIPT_H

/* return: the path of the installed process.lua (../share/moonreel/lua/ from the binary's folder), or of the one beside an
 *         uninstalled binary (lua/ in the build folder, a link to the sources); where neither can be read, the first, so
 *         that messages name it. It lives as long as the program */
const char *mr_default_script_find(void);

#endif
