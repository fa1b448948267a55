/* A real RTSP server for tests: rtsp_server PORT [basic|digest USER PASSWORD]
 *
 * Serves a moving ball as H.264, 320x240 at 25 fps with a key frame a second, at
 * rtsp://127.0.0.1:PORT/ball. PORT 0: it picks one. Says "ready PORT" once it listens, and serves
 * until it is killed. */
#include <gst/rtsp-server/rtsp-server.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char pipeline[] =
    "( videotestsrc is-live=true pattern=ball"
    " ! video/x-raw,width=320,height=240,framerate=25/1"
    " ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=25 bitrate=300"
    " ! rtph264pay name=pay0 pt=96 )";

static void want_password(GstRTSPServer *server, GstRTSPMediaFactory *factory, bool digest,
                          const char *user, const char *password)
{
    GstRTSPAuth *auth = gst_rtsp_auth_new();
    GstRTSPToken *token =
        gst_rtsp_token_new(GST_RTSP_TOKEN_MEDIA_FACTORY_ROLE, G_TYPE_STRING, "viewer", NULL);
    if (digest) {
        gst_rtsp_auth_set_supported_methods(auth, GST_RTSP_AUTH_DIGEST);
        gst_rtsp_auth_add_digest(auth, user, password, token);
    } else {
        gchar *basic = gst_rtsp_auth_make_basic(user, password);
        gst_rtsp_auth_add_basic(auth, basic, token);
        g_free(basic);
    }
    gst_rtsp_token_unref(token);
    gst_rtsp_server_set_auth(server, auth);
    g_object_unref(auth);
    gst_rtsp_media_factory_add_role(factory, "viewer", GST_RTSP_PERM_MEDIA_FACTORY_ACCESS,
                                    G_TYPE_BOOLEAN, TRUE, GST_RTSP_PERM_MEDIA_FACTORY_CONSTRUCT,
                                    G_TYPE_BOOLEAN, TRUE, NULL);
}

int main(int argc, char **argv)
{
    gst_init(NULL, NULL);
    if (argc != 2 && argc != 5) {
        fprintf(stderr, "usage: rtsp_server PORT [basic|digest USER PASSWORD]\n");
        return 2;
    }
    GstRTSPServer *server = gst_rtsp_server_new();
    gst_rtsp_server_set_address(server, "127.0.0.1");
    gst_rtsp_server_set_service(server, argv[1]);

    GstRTSPMediaFactory *factory = gst_rtsp_media_factory_new();
    gst_rtsp_media_factory_set_launch(factory, pipeline);
    gst_rtsp_media_factory_set_shared(factory, TRUE);
    if (argc == 5)
        want_password(server, factory, strcmp(argv[2], "digest") == 0, argv[3], argv[4]);
    GstRTSPMountPoints *mounts = gst_rtsp_server_get_mount_points(server);
    gst_rtsp_mount_points_add_factory(mounts, "/ball", factory);
    g_object_unref(mounts);

    if (gst_rtsp_server_attach(server, NULL) == 0) {
        fprintf(stderr, "rtsp_server: cannot listen on port %s\n", argv[1]);
        return 1;
    }
    printf("ready %d\n", gst_rtsp_server_get_bound_port(server));
    fflush(stdout);
    g_main_loop_run(g_main_loop_new(NULL, FALSE));
    return 0;
}
