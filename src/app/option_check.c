#include "app/option_check.h"

#include "http/door/listen.h"
#include "http/request/auth.h"
#include "media/convert/background.h"

#include <errno.h>
#include <string.h>

int mr_option_check_name(struct mr_options *options, struct mr_error *error)
{
    const char *name = options->name;
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-");
    if (name[length] != '\0' || length == 0 || length > 64)
        return mr_error_set(error, -EINVAL,
                            "\"%s\" is not a name of 1 to 64 letters a-z, digits, _ and -", name);
    return 0;
}

int mr_option_check_background(struct mr_options *options, struct mr_error *error)
{
    if (mr_background_parse(options->background, &options->background_rgb))
        return 0;
    return mr_error_set(error, -EINVAL, "\"%s\" is not a colour such as orange or #ff8800",
                        options->background);
}

int mr_option_check_listen(struct mr_options *options, struct mr_error *error)
{
    int result = 0;
    for (size_t i = 0; result == 0 && i < options->listen.count; i++)
        result = mr_listen_check(options->listen.text[i], error);
    return result;
}

static int check_token(const char *token, struct mr_error *error)
{
    if (token == NULL || mr_auth_is_token(token))
        return 0;
    return mr_error_set(
        error, -EINVAL,
        "what was given is not a token of 1 to %d letters, digits and -._~+/=", MR_TOKEN_MAX);
}

int mr_option_check_token(struct mr_options *options, struct mr_error *error)
{
    return check_token(options->token, error);
}

int mr_option_check_view_token(struct mr_options *options, struct mr_error *error)
{
    return check_token(options->view_token, error);
}

int mr_option_check_origins(struct mr_options *options, struct mr_error *error)
{
    int result = 0;
    options->origins = (struct mr_origins){ 0 };
    for (size_t i = 0; result == 0 && i < options->allowed_origins.count; i++)
        result = mr_origins_add(&options->origins, options->allowed_origins.text[i], error);
    return result;
}

int mr_option_check_hosts(struct mr_options *options, struct mr_error *error)
{
    int result = 0;
    options->hosts = (struct mr_hosts){ 0 };
    for (size_t i = 0; result == 0 && i < options->allowed_hosts.count; i++)
        result = mr_origin_add_host(&options->hosts, options->allowed_hosts.text[i], error);
    return result;
}

int mr_option_check_proxies(struct mr_options *options, struct mr_error *error)
{
    int result = 0;
    options->proxies = (struct mr_proxies){ 0 };
    for (size_t i = 0; result == 0 && i < options->trusted_proxies.count; i++)
        result = mr_forwarded_add_proxy(&options->proxies, options->trusted_proxies.text[i], error);
    return result;
}

int mr_option_check_base_path(struct mr_options *options, struct mr_error *error)
{
    options->base = (struct mr_base_path){ 0 };
    return options->base_path != NULL
               ? mr_base_path_parse(options->base_path, &options->base, error)
               : 0;
}
