// Tickets for straight connections between engines, as they go over an authenticated link: a byte stream for this question alone, whose
// header asks for a ticket (or brings one) and whose bytes are the answer. In the people process, which keeps nothing of it.

import { BencodeError, decode } from '../../base/bencode.ts'
import { type Encodable, encode } from '../../base/bencode-encode.ts'
import { BDict } from '../../base/bencode-value.ts'
import { concatBytes } from '../../base/bytes.ts'
import type { DeviceId } from '../../community/ids.ts'
import { readTicket, type Ticket, ticketFields } from './direct-ticket.ts'
import type { FileRealms } from './file-realms.ts'
import type { DirectAnswer, PeopleAsks } from './people-messages.ts'
import type { DeviceStream } from './stream-end.ts'

/** There and back over a link that is there. */
const ANSWER_MS = 2_000
const MOST_ANSWER_BYTES = 512

export interface DirectTalkGround {
  openBytes(
    device: DeviceId,
    header: { readonly [key: string]: Encodable },
  ): Promise<DeviceStream | undefined>
  seenAt(device: DeviceId): string | undefined
  readonly rules: Pick<FileRealms, 'isAllowed' | 'wireName'>
  asked: PeopleAsks['directAsked']
}

interface Question {
  readonly realm: string
  readonly device: string
  readonly ticket: Ticket | undefined
}

export class DirectTalk {
  readonly #ground: DirectTalkGround

  constructor(ground: DirectTalkGround) {
    this.#ground = ground
  }

  async ask({ realm, device, ticket }: Question): Promise<DirectAnswer | undefined> {
    const to = device as DeviceId
    const { rules } = this.#ground
    if (!rules.isAllowed(realm, to)) return undefined
    const fields = ticket === undefined ? {} : ticketFields(ticket)
    const stream = await this.#ground.openBytes(to, { d: fields, r: rules.wireName(realm) })
    if (stream === undefined) return undefined
    const answer = await answerOf(stream)
    return answer && { ticket: readTicket(answer), seen: this.#ground.seenAt(to) }
  }

  /** Whether a stream that came is about this; whether its device may ask was looked at before. */
  isAsked(header: BDict): boolean {
    return header.dict('d') !== undefined
  }

  /** @returns whether it is taken */
  answer(device: DeviceId, realm: string, header: BDict, stream: DeviceStream): boolean {
    const fields = header.dict('d')
    const ticket = fields && readTicket(fields)
    if (fields === undefined || (fields.size > 0 && ticket === undefined)) return false
    const reply = async (): Promise<void> => {
      const ours = await this.#ground.asked({ realm, device, ticket, seen: this.#ground.seenAt(device) })
      stream.write(encode(ours === undefined ? {} : ticketFields(ours)))
      await stream.close()
    }
    reply().catch(() => stream.abort())
    return true
  }
}

function answerOf(stream: DeviceStream): Promise<BDict | undefined> {
  const { promise, resolve } = Promise.withResolvers<BDict | undefined>()
  const parts: Uint8Array[] = []
  const end = (answer: BDict | undefined): void => {
    clearTimeout(timer)
    resolve(answer)
    stream.abort()
  }
  const timer = setTimeout(() => end(undefined), ANSWER_MS)
  stream.events = {
    data: (bytes) => {
      parts.push(bytes)
      const all = concatBytes(parts)
      const answer = read(all)
      if (answer !== undefined || all.length >= MOST_ANSWER_BYTES) end(answer)
    },
    drain: () => {},
    closed: () => end(undefined),
  }
  return promise
}

/** Undefined where it is not whole yet, or is no answer. */
function read(bytes: Uint8Array): BDict | undefined {
  try {
    const { value } = decode(bytes, 'canonical', { lengthBytes: MOST_ANSWER_BYTES, depth: 3, tokens: 32 })
    return value instanceof BDict ? value : undefined
  } catch (error) {
    if (error instanceof BencodeError) return undefined
    throw error
  }
}
