// Converts between colours as scripts write them ("#ff8800", "#ff880080", "tomato") and as a browser's
// colour picker has them.

const context = new OffscreenCanvas(1, 1).getContext('2d');

const hex = (value) => Math.round(value).toString(16).padStart(2, '0');

// Returns { rgb: "#rrggbb", alpha: 0 to 1 }, or null if the text is not a colour.
export function parseColor(text) {
  const tried = ['#000000', '#ffffff'].map((before) => {
    context.fillStyle = before;
    context.fillStyle = text;
    return context.fillStyle;
  });
  if (tried[0] !== tried[1]) return null;
  if (tried[0].startsWith('#')) return { rgb: tried[0], alpha: 1 };
  const [r, g, b, alpha] = tried[0].match(/[\d.]+/g).map(Number);
  return { rgb: `#${hex(r)}${hex(g)}${hex(b)}`, alpha };
}

// Whether the script's text for a colour has an alpha, so that the script expects one.
export function hasAlpha(text) {
  return /^#(?:[\da-f]{4}|[\da-f]{8})$/i.test(text) || parseColor(text)?.alpha < 1;
}

export function formatColor({ rgb, alpha }, withAlpha) {
  return withAlpha ? rgb + hex(alpha * 255) : rgb;
}
