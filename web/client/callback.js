// Calls into the code of others: what goes wrong there is told and changes nothing here.

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
