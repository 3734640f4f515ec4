// One circle as this device knows it: its operations, what they say, the secrets of its epochs, and what this device adds.
// Promise: what is told of it follows from signed operations alone; a secret is kept only if its operation commits to it.

import { compareBytes, EMPTY } from '../../base/bytes.ts'
import { CommunityError, RecordError } from '../community-error.ts'
import type { CommunityCrypto } from '../crypto.ts'
import { type CircleId, type DeviceId, keyText, type PersonId, type RecordId } from '../ids.ts'
import type { CircleFacts, EpochFacts } from '../membership.ts'
import type { Wall } from '../service.ts'
import { factsOf } from './circle-facts.ts'
import type { CircleStore } from './circle-store.ts'
import { generationOf } from './epoch-rules.ts'
import { isOf, openPast, type Secrets } from './epoch-secrets.ts'
import { OperationGraph } from './graph.ts'
import { MAX_OPERATIONS, MAX_PARENTS } from './limits.ts'
import type { Operation, OperationBody } from './operation.ts'
import { MEMBER_SHARE_BYTES } from './operation-body.ts'
import { readOperation, signOperation } from './operation-codec.ts'
import type { Of } from './register.ts'
import { Resolver } from './resolver.ts'

export interface CircleSelf {
  readonly person: PersonId
  readonly device: DeviceId
  readonly deviceSeed: Uint8Array
  /** Own card, encoded. */
  readonly card: Uint8Array
}

export interface CircleGround {
  readonly me: CircleSelf
  readonly crypto: CommunityCrypto
  readonly wall: Wall
  readonly store: CircleStore
}

/** An epoch told to this device, and by which operation. */
export interface Unopened {
  readonly id: RecordId
  readonly epoch: Of<'epoch'>
  readonly by: RecordId
  readonly sealed: Uint8Array
}

export class Circle {
  readonly id: CircleId
  readonly resolver: Resolver
  /** This person left: who has not heard of it is told, and nobody of anything else. */
  left = false
  readonly #ground: CircleGround
  readonly #secrets = new Map<RecordId, Secrets>()
  #facts: CircleFacts | undefined

  /** With what the store has of it. */
  constructor(id: CircleId, ground: CircleGround) {
    this.id = id
    this.#ground = ground
    const graph = new OperationGraph(id)
    for (const bytes of ground.store.operations(id)) graph.add(readOperation(bytes, ground.crypto))
    this.resolver = new Resolver(graph)
    for (const { id: epoch, access, read } of ground.store.epochs(id))
      this.#secrets.set(epoch, { access, read })
  }

  get graph(): OperationGraph {
    return this.resolver.graph
  }

  /** The same object until something changed. */
  facts(): CircleFacts {
    this.#facts ??= factsOf(this.resolver, this.#ground.me.device, (id) =>
      this.#secrets.has(id) ? this.epoch(id) : undefined,
    )
    return this.#facts
  }

  /** Of an epoch whose key never came the secrets are missing: no read secret, and an access secret without bytes. */
  epoch(id: RecordId): EpochFacts | undefined {
    const node = this.graph.get(id)
    if (node?.operation.body.kind !== 'epoch') return undefined
    const secrets = this.#secrets.get(id)
    return { id, generation: generationOf(node), access: secrets?.access ?? EMPTY, read: secrets?.read }
  }

  secrets(): ReadonlyMap<RecordId, Secrets> {
    return this.#secrets
  }

  /** As Resolver.add. @throws RecordError */
  take(operation: Operation, needed = false): boolean {
    if (!this.resolver.add(operation, needed)) return false
    this.#ground.store.putOperation(this.id, operation.id, operation.bytes)
    this.#facts = undefined
    return true
  }

  /**
   * An operation of this device, resting on all that is here.
   * @throws CommunityError NOT_ALLOWED if it would not count, TOO_MANY where the circle's log has no room for it
   */
  write(body: OperationBody): Operation {
    try {
      const operation = this.draft(body)
      if (!this.resolver.wouldCount(operation)) throw new CommunityError('NOT_ALLOWED', { what: body.kind })
      this.take(operation)
      return operation
    } catch (error) {
      // Nobody else's fault: as many as there may be, of the circle or of this device.
      if (error instanceof RecordError)
        throw new CommunityError('TOO_MANY', { what: 'changes of a circle', limit: MAX_OPERATIONS }, error)
      throw error
    }
  }

  /** As `write`, but not taken. */
  draft(body: OperationBody): Operation {
    const { me, crypto, wall } = this.#ground
    const own = this.graph.tip(me.device)
    // The deepest first: with more branches than fit, the next operation joins the rest.
    const parents = this.graph
      .heads()
      .filter((node) => node !== own)
      .slice(-MAX_PARENTS)
      .map(({ hash }) => hash)
      .sort(compareBytes)
    return signOperation(
      {
        circle: body.kind === 'create' ? undefined : this.id,
        author: me.device,
        seq: (own?.operation.seq ?? 0) + 1,
        prev: own?.operation.id,
        parents: parents.map((hash) => keyText<RecordId>(hash)),
        at: wall.seconds(),
        body,
      },
      me.deviceSeed,
      crypto,
    )
  }

  /** Secrets of an epoch, and of those before that are sealed in it. @returns whether something new is known */
  learn(id: RecordId, secrets: Secrets): boolean {
    const body = this.graph.get(id)?.operation.body
    if (body?.kind !== 'epoch' || !isOf(body, secrets, this.#ground.crypto)) return false
    const known = this.#secrets.get(id)
    if (known !== undefined && (known.read !== undefined || secrets.read === undefined)) return false
    this.#secrets.set(id, secrets)
    this.#ground.store.putEpoch(this.id, { id, ...secrets })
    this.#facts = undefined
    this.#learnBefore(body, secrets)
    return true
  }

  /** The epochs told to this device whose secrets are not here: what must be opened. */
  unopened(): Unopened[] {
    this.resolver.settle()
    const { register } = this.resolver
    const found: Unopened[] = []
    for (const node of register.epochs(undefined)) {
      const { id } = node.operation
      const epoch = node.operation.body as Of<'epoch'>
      const known = this.#secrets.get(id)
      if (known?.read !== undefined) continue
      for (const { operation } of [node, ...register.sharings(id)]) {
        const { shares } = operation.body as Of<'epoch'> | Of<'share'>
        const share = shares.find(({ device }) => device === this.#ground.me.device)
        if (share && (known === undefined || share.sealed.length === MEMBER_SHARE_BYTES))
          found.push({ id, epoch, by: operation.id, sealed: share.sealed })
      }
    }
    return found
  }

  #learnBefore(epoch: Of<'epoch'>, secrets: Secrets): void {
    for (const past of epoch.past) {
      const old = openPast(this.id, secrets, past, this.#ground.crypto)
      if (old !== undefined) this.learn(past.epoch, old)
    }
  }
}
