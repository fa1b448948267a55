/* The second bytes of JPEG's markers (ITU-T T.81, table B.1); the first one is 0xff. */
#ifndef MR_JPEG_MARKER_H
#define MR_JPEG_MARKER_H

enum mr_jpeg_marker {
    MR_JPEG_TEM = 0x01,
    MR_JPEG_SOF0 = 0xc0, /* baseline */
    MR_JPEG_SOF1 = 0xc1, /* the same with four tables of a kind */
    MR_JPEG_SOF2 = 0xc2, /* progressive */
    MR_JPEG_DHT = 0xc4,
    MR_JPEG_SOF_LAST = 0xcf,
    MR_JPEG_RST0 = 0xd0,
    MR_JPEG_RST7 = 0xd7,
    MR_JPEG_SOI = 0xd8,
    MR_JPEG_EOI = 0xd9,
    MR_JPEG_SOS = 0xda,
    MR_JPEG_DQT = 0xdb,
    MR_JPEG_DNL = 0xdc,
    MR_JPEG_DRI = 0xdd,
    MR_JPEG_APP0 = 0xe0,
    MR_JPEG_APP1 = 0xe1,
    MR_JPEG_APP14 = 0xee,
    MR_JPEG_APP15 = 0xef,
    MR_JPEG_COM = 0xfe,
};

#endif
