// Calls the user's callbacks. An error there is shown on the console and changes nothing else.

export function report(error) {
  console.error('moonreel: a callback failed:', error);
}

export function call(callback, value) {
  try {
    const work = callback?.(value);
    if (typeof work?.then === 'function') Promise.resolve(work).catch(report);
  } catch (error) {
    report(error);
  }
}
