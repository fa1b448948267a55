"""The shape of the boilerplate that moonreel grew out of: a file read with OpenCV, frames as base64 in a
Socket.IO event for everybody. Two things are added, so that figures compare: it keeps the clip's pace
(the original goes as fast as it can) and begins again at the clip's end (the original stops).

    boilerplate.py CLIP PORT WIDTH HEIGHT QUALITY
"""

import base64
import logging
import sys
import time

import cv2
from flask import Flask
from flask_socketio import SocketIO

clip, port, width, height, quality = sys.argv[1], *map(int, sys.argv[2:6])
app = Flask(__name__)
socketio = SocketIO(app, async_mode="eventlet", cors_allowed_origins="*")
logging.getLogger("werkzeug").setLevel(logging.ERROR)


def images():
    video = cv2.VideoCapture(clip)
    period = 1 / video.get(cv2.CAP_PROP_FPS)
    due = time.monotonic()
    while True:
        there, frame = video.read()
        if not there:
            video.set(cv2.CAP_PROP_POS_FRAMES, 0)
            continue
        _, image = cv2.imencode(
            ".jpg", cv2.resize(frame, (width, height)), [cv2.IMWRITE_JPEG_QUALITY, quality]
        )
        now = time.monotonic()
        socketio.sleep(max(0, due - now))
        due = max(due, now) + period
        yield base64.b64encode(image).decode()


def stream():
    for counter, image in enumerate(images()):
        socketio.emit("stream", {"data": counter, "image": "data:image/jpeg;base64," + image})


socketio.start_background_task(stream)
socketio.run(app, host="127.0.0.1", port=port, log_output=False)
