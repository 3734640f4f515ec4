// Text of an event stream (text/event-stream) in pieces of any size to events, as its standard says.
// Promise: memory is bounded; a stream with an endless line is given up.

export interface StreamEvent {
  readonly event: string
  readonly data: string
  readonly id: string | undefined
}

/** The daemon closes a stream that is 1 MiB behind (SAFETY.md); a first event with 20,000 rows is larger. */
export const MAX_EVENT_CHARACTERS = 64 * 1024 * 1024

export class EventLines {
  #rest = ''
  #event = ''
  #data: string[] = []
  #dataLength = 0
  #id: string | undefined

  /** @throws RangeError when an event never ends */
  push(text: string): StreamEvent[] {
    const events: StreamEvent[] = []
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/)
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.#line(line, events)
    if (this.#rest.length + this.#dataLength > MAX_EVENT_CHARACTERS)
      throw new RangeError('an event never ends')
    return events
  }

  #line(line: string, events: StreamEvent[]): void {
    if (line === '') {
      if (this.#data.length > 0) {
        events.push({ event: this.#event || 'message', data: this.#data.join('\n'), id: this.#id })
      }
      this.#event = ''
      this.#data = []
      this.#dataLength = 0
      return
    }
    if (line.startsWith(':')) return
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'event') this.#event = value
    else if (field === 'id') this.#id = value
    else if (field === 'data') {
      this.#data.push(value)
      this.#dataLength += value.length
    }
  }
}
