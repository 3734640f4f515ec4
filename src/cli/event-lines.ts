// The text of an event stream (text/event-stream) as it arrives in parts, taken apart into its messages.
// Promise: bounded; a message longer than MAX_CHARACTERS ends the reading, whoever wrote it.

export interface StreamMessage {
  readonly event: string
  readonly id: string
  readonly data: string
}

/** A reset of 20,000 transfers of one kilobyte and a half, twice. */
const MAX_CHARACTERS = 64_000_000

export class StreamTooLong extends Error {}

export class EventLines {
  #rest = ''
  #event = ''
  #id = ''
  #data: string[] = []
  #held = 0

  /** @throws StreamTooLong */
  take(text: string): StreamMessage[] {
    const messages: StreamMessage[] = []
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    this.#held += text.length
    if (this.#held > MAX_CHARACTERS) throw new StreamTooLong('a message of the event stream has no end')
    for (const ended of lines) {
      const line = ended.endsWith('\r') ? ended.slice(0, -1) : ended
      if (line !== '') {
        this.#field(line)
        continue
      }
      if (this.#data.length > 0)
        messages.push({ event: this.#event, id: this.#id, data: this.#data.join('\n') })
      this.#event = ''
      this.#data = []
      this.#held = this.#rest.length
    }
    return messages
  }

  #field(line: string): void {
    const colon = line.indexOf(':')
    // A line that begins with one is a comment: it keeps the connection alive.
    if (colon === 0) return
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (name === 'data') this.#data.push(value)
    if (name === 'event') this.#event = value
    if (name === 'id') this.#id = value
  }
}
