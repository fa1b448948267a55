// A ticket stands in an address instead of the token: it is good for one request of one path.

const ANSWER_MS = 4000;

// base: the address of the server's page, with the slash. Returns a promise of a ticket; null if the server gives none.
export async function askTicket(base, token, path) {
  try {
    const response = await fetch(new URL('api/tickets', base), {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}` },
      body: JSON.stringify({ path }),
      cache: 'no-store',
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    return response.ok ? (await response.json()).ticket : null;
  } catch {
    return null;
  }
}
