#include "script/runner/script_result.h"

#include <stdlib.h>

void mr_script_result_finish(struct mr_script_result *result)
{
    mr_picture_unref(&result->picture);
    free(result->payload);
    free(result->error);
    *result = (struct mr_script_result){ 0 };
}
