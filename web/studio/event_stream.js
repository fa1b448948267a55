// Reads Server-Sent Events with fetch, because an EventSource cannot send the token in a header.

// Returns a function that takes the stream's text piece by piece. Calls event({ id, type, data }) for
// each event.
export function eventParser(event) {
  let rest = '';
  return (text) => {
    const blocks = (rest + text).replaceAll('\r\n', '\n').split('\n\n');
    rest = blocks.pop();
    for (const block of blocks) {
      const fields = { id: null, type: 'message', data: [] };
      for (const line of block.split('\n')) {
        const [, name, value] = /^(\w+):? ?(.*)$/.exec(line) ?? [];
        if (name === 'id') fields.id = value;
        else if (name === 'event') fields.type = value;
        else if (name === 'data') fields.data.push(value);
      }
      if (fields.data.length) event({ ...fields, data: fields.data.join('\n') });
    }
  };
}

// Reads until the stream ends or `signal` aborts. Returns the HTTP status. Throws if there is no
// answer.
export async function readEvents(url, { headers, signal, opened, event }) {
  const response = await fetch(url, {
    signal,
    cache: 'no-store',
    headers: { Accept: 'text/event-stream', ...headers },
  });
  if (!response.ok) return response.status;
  opened();
  const parse = eventParser(event);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return response.status;
    parse(value);
  }
}
