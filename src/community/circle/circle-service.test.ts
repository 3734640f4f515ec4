import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CircleScene, type Player } from '../../../test/doubles/circle-scene.ts'
import { toHex } from '../../base/bytes.ts'
import { keyBytes } from '../ids.ts'
import { decodeInvite, encodeInvite } from './invite-link.ts'

function people(scene: CircleScene, ...names: string[]): Player[] {
  return names.map((name) => scene.player(name))
}

/** The same members and epoch at all of them. */
function assertSame(
  scene: CircleScene,
  circle: Parameters<CircleScene['facts']>[1],
  ...players: Player[]
): void {
  const [first, ...others] = players.map((player) => {
    const { members, epoch } = scene.facts(player, circle)
    return { members, epoch: epoch?.id }
  })
  assert.notEqual(first?.epoch, undefined)
  for (const other of others) assert.deepEqual(other, first)
}

test('two people are in one circle by an invite, and share its secrets', () => {
  const scene = new CircleScene()
  const [anna, ben] = people(scene, 'anna', 'ben') as [Player, Player]
  const circle = scene.circle(anna)
  const { payload } = scene.invite(anna, circle)
  scene.link(anna, ben)
  const invite = scene.join(ben, payload)
  assert.equal(scene.step(ben, invite), 'joined')
  scene.pass(5_000)
  for (const player of [anna, ben]) {
    const { members, epoch, mine } = scene.facts(player, circle)
    assert.deepEqual(
      [...members.values()].map(({ role }) => role),
      ['owner', 'member'],
    )
    assert.equal(mine, player === anna ? 'owner' : 'member')
    assert.equal(epoch?.generation, 1, 'who came is given the epoch that was there')
    assert.equal(epoch.read?.length, 32)
  }
  assertSame(scene, circle, anna, ben)
  assert.deepEqual(anna.service.membership.linked(circle), [ben.device])
  assert.deepEqual(ben.service.membership.linked(circle), [anna.device])
  assert.deepEqual(scene.hungUp, [])
})

test('any member lets somebody in while the founder is away, and the founder learns of it from them', () => {
  const scene = new CircleScene()
  const [anna, ben, cleo] = people(scene, 'anna', 'ben', 'cleo') as [Player, Player, Player]
  const circle = scene.circleOf(anna, ben)
  const { payload } = scene.invite(anna, circle)
  scene.unlinkAll(anna)
  const invite = scene.join(cleo, payload)
  assert.equal(scene.step(cleo, invite), 'looking')
  scene.link(ben, cleo)
  assert.equal(scene.step(cleo, invite), 'joined')
  scene.pass(5_000)
  scene.link(anna, cleo)
  scene.pass(5_000)
  assertSame(scene, circle, anna, ben, cleo)
})

test('whoever joined while a member was away is let in by them, by a secret of the time before', () => {
  const scene = new CircleScene()
  const [anna, ben, cleo] = people(scene, 'anna', 'ben', 'cleo') as [Player, Player, Player]
  const circle = scene.circleOf(anna, ben)
  scene.unlinkAll(ben)
  const { payload } = scene.invite(anna, circle)
  scene.link(anna, cleo)
  scene.join(cleo, payload)
  scene.pass(5_000)
  scene.unlinkAll(anna)
  scene.link(cleo, ben)
  scene.pass(1_000)
  assert.ok(ben.service.membership.isLinked(circle, cleo.device))
  assertSame(scene, circle, ben, cleo)
})

test('an invite is refused with its reason when it is used up, expired, taken back, or says another circle', () => {
  const scene = new CircleScene()
  const [anna, ben, cleo] = people(scene, 'anna', 'ben', 'cleo') as [Player, Player, Player]
  const circle = scene.circleOf(anna, ben)
  scene.link(anna, cleo)
  const used = scene.invite(anna, circle)
  const dora = scene.player('dora')
  scene.link(anna, dora)
  scene.join(dora, used.payload)
  assert.equal(scene.step(cleo, scene.join(cleo, used.payload)), 'failed INVITE_USED')

  const revoked = scene.invite(anna, circle)
  scene.do(() => anna.service.revokeInvite(circle, revoked.id, scene.now))
  assert.equal(scene.step(cleo, scene.join(cleo, revoked.payload)), 'failed INVITE_REVOKED')

  const late = scene.invite(anna, circle, { expiresInSeconds: 60 })
  const longer = encodeInvite({ ...decodeInvite(late.payload), expires: 10_000_000_000 })
  scene.pass(61_000)
  assert.throws(() => cleo.service.join(late.payload, scene.now), { code: 'INVITE_EXPIRED' })
  assert.equal(
    scene.step(cleo, scene.join(cleo, longer)),
    'failed INVITE_EXPIRED',
    'what counts is the operation',
  )

  const other = scene.circle(anna)
  const misled = encodeInvite({ ...decodeInvite(scene.invite(anna, circle).payload), circle: other })
  assert.equal(scene.step(cleo, scene.join(cleo, misled)), 'failed INVITE_OTHER_CIRCLE')
  assert.equal(scene.facts(anna, circle).members.size, 3)
})

test('an invite that nobody knows goes on looking, and whoever is asked cannot end it', () => {
  const scene = new CircleScene()
  const [anna, eve, cleo] = people(scene, 'anna', 'eve', 'cleo') as [Player, Player, Player]
  const circle = scene.circle(anna)
  const { payload } = scene.invite(anna, circle)
  scene.link(eve, cleo)
  const invite = scene.join(cleo, payload)
  const knock = scene.sent.findLast(({ kind }) => kind === 'knock')
  assert.ok(!toHex(knock?.bytes ?? new Uint8Array()).includes(toHex(keyBytes(invite))))
  scene.inject(eve, cleo, 'refused', { e: 'INVITE_REVOKED', k: new Uint8Array(16) })
  assert.equal(scene.step(cleo, invite), 'looking')
  scene.pass(3_700_000)
  assert.equal(scene.step(cleo, invite), 'failed INVITE_EXPIRED')
})

test('a join that was overheard lets nobody in again, nor anybody else', () => {
  const scene = new CircleScene()
  const [anna, ben, eve] = people(scene, 'anna', 'ben', 'eve') as [Player, Player, Player]
  const circle = scene.circle(anna)
  const { payload } = scene.invite(anna, circle, { uses: 5 })
  scene.link(anna, ben)
  scene.join(ben, payload)
  scene.pass(2_000)
  const { kind, bytes } = scene.sent.findLast((frame) => frame.kind === 'join') as {
    kind: string
    bytes: Uint8Array
  }
  const before = scene.facts(anna, circle).members.size
  scene.link(anna, eve)
  // Sent again by the joiner and by somebody else: there is no nonce for it any more.
  for (const from of [ben, eve]) scene.injectBytes(from, anna, kind, bytes)
  assert.equal(scene.facts(anna, circle).members.size, before)
  assert.deepEqual(scene.hungUp, [])
})

test('with approval a joiner waits until a moderator says yes, asked at whichever member', () => {
  const scene = new CircleScene()
  const [anna, ben, cleo, dora] = people(scene, 'anna', 'ben', 'cleo', 'dora') as [
    Player,
    Player,
    Player,
    Player,
  ]
  const circle = scene.circleOf(anna, ben)
  const { payload } = scene.invite(anna, circle, { uses: 2, approval: true })
  scene.link(ben, cleo)
  const invite = scene.join(cleo, payload)
  assert.equal(scene.step(cleo, invite), 'waiting-approval')
  assert.deepEqual(
    anna.service.requests(circle).map(({ person }) => person),
    [cleo.person],
  )
  assert.throws(() => ben.service.answerRequest(circle, cleo.person, true, scene.now), {
    code: 'NOT_ALLOWED',
  })
  scene.do(() => anna.service.answerRequest(circle, cleo.person, true, scene.now))
  assert.equal(scene.step(cleo, invite), 'joined')
  for (const player of [anna, ben]) assert.deepEqual(player.service.requests(circle), [])
  scene.link(ben, dora)
  scene.join(dora, payload)
  scene.do(() => anna.service.answerRequest(circle, dora.person, false, scene.now))
  assert.equal(scene.step(dora, invite), 'failed INVITE_REFUSED')
  scene.pass(5_000)
  assertSame(scene, circle, anna, ben, cleo)
})

test('a request waits over a restart, and a moderator who was away is told of it', () => {
  const scene = new CircleScene()
  const [anna, ben, cleo] = people(scene, 'anna', 'ben', 'cleo') as [Player, Player, Player]
  const circle = scene.circleOf(anna, ben)
  const { payload } = scene.invite(anna, circle, { approval: true })
  scene.unlinkAll(anna)
  scene.link(ben, cleo)
  const invite = scene.join(cleo, payload)
  scene.restart(ben)
  scene.restart(cleo)
  scene.link(ben, anna)
  assert.equal(anna.service.requests(circle).length, 1)
  scene.do(() => anna.service.answerRequest(circle, cleo.person, true, scene.now))
  scene.link(ben, cleo)
  assert.equal(scene.step(cleo, invite), 'joined')
})

test('a removed member is told nothing more, has no later secret, and nothing is written with what it has', () => {
  const scene = new CircleScene()
  const [anna, ben, cleo] = people(scene, 'anna', 'ben', 'cleo') as [Player, Player, Player]
  const circle = scene.circleOf(anna, ben, cleo)
  const old = scene.facts(cleo, circle).epoch?.id
  scene.do(() => anna.service.remove(circle, cleo.person, scene.now))
  assert.equal(scene.facts(ben, circle).epoch, undefined, 'until there is a new one')
  const told = scene.sent.length
  scene.pass(30_000)
  assertSame(scene, circle, anna, ben)
  const fresh = scene.facts(anna, circle).epoch
  assert.notEqual(fresh?.id, old)
  assert.equal(cleo.service.membership.epoch(circle, fresh?.id as never), undefined, 'not even that it is')
  for (const by of [anna, ben]) {
    assert.ok(!by.service.membership.isLinked(circle, cleo.device))
    assert.ok(
      by.service.membership.epoch(circle, old as never)?.read,
      'what was written before stays readable',
    )
  }
  scene.unlinkAll(cleo)
  scene.linkAll(anna, cleo, ben)
  scene.pass(60_000)
  const toCleo = scene.sent.slice(told).filter(({ to }) => to === cleo.device)
  assert.deepEqual(
    toCleo.map(({ kind }) => kind),
    [],
  )
})

test('a removal leads to a new epoch though whoever removed is gone at once', () => {
  const scene = new CircleScene()
  const [anna, ben, cleo, dora] = people(scene, 'anna', 'ben', 'cleo', 'dora') as [
    Player,
    Player,
    Player,
    Player,
  ]
  const circle = scene.circleOf(anna, ben, cleo, dora)
  scene.do(() => anna.service.remove(circle, cleo.person, scene.now))
  scene.unlinkAll(anna)
  assert.equal(scene.facts(ben, circle).epoch, undefined)
  scene.pass(30_000)
  assertSame(scene, circle, ben, dora)
  scene.link(anna, dora)
  scene.pass(30_000)
  assertSame(scene, circle, anna, ben, dora)
})

test('a stranger that knows the id of the circle and no invite learns nothing', () => {
  const scene = new CircleScene()
  const [anna, ben, eve] = people(scene, 'anna', 'ben', 'eve') as [Player, Player, Player]
  const circle = scene.circleOf(anna, ben)
  scene.invite(anna, circle)
  scene.link(eve, anna)
  const c = keyBytes(circle)
  const before = scene.sent.length
  for (const [kind, body] of [
    ['welcome', { c }],
    ['sum', { c, h: new Uint8Array(32) }],
    ['vector', { c, v: new Uint8Array(0) }],
    ['want', { c, i: keyBytes(circle) }],
    ['heads', { c, i: new Uint8Array(32) }],
    ['page', { c, m: 0, r: [] }],
    ['gate', { t: new Uint8Array(16 * 56) }],
    ['card', { d: eve.card }],
    ['knock', { k: new Uint8Array(16) }],
    ['join', { k: new Uint8Array(16), q: new Uint8Array(100) }],
    ['declined', { c, p: keyBytes(ben.person) }],
  ] as const)
    scene.inject(eve, anna, kind, body)
  assert.deepEqual(scene.hungUp, [])
  const told = scene.sent.filter(({ to }) => to === eve.device)
  assert.deepEqual(told, [], 'not a byte, from the link on')
  assert.equal(scene.sent.length, before)
})

test('whoever sends what is no frame, or a forged operation, is hung up on and blamed', () => {
  const scene = new CircleScene()
  const [anna, ben] = people(scene, 'anna', 'ben') as [Player, Player]
  const circle = scene.circleOf(anna, ben)
  const c = keyBytes(circle)
  const [real] = [...anna.store.operations(circle)] as [Uint8Array]
  const forged = real.slice()
  forged[60] = (forged[60] as number) ^ 1
  const bad: readonly [string, { readonly [key: string]: number | string | Uint8Array | Uint8Array[] }][] = [
    ['nothing', {}],
    ['page', { c, m: 0, r: [forged] }],
    ['page', { c, m: 0, r: [new Uint8Array(70_000)] }],
    ['page', { c, m: 0, r: Array.from({ length: 1_025 }, () => new Uint8Array(0)) }],
    ['vector', { c, v: new Uint8Array(43) }],
    ['heads', { c, i: new Uint8Array(32 * 8) }],
    ['want', { c, i: new Uint8Array(31) }],
    ['gate', { t: new Uint8Array(15) }],
    ['card', { d: forged }],
    ['sum', { c }],
    ['refused', { k: new Uint8Array(16), e: 'ANYTHING' }],
  ]
  for (const [kind, body] of bad) {
    scene.link(anna, ben)
    scene.hungUp.length = 0
    scene.inject(ben, anna, kind, body)
    assert.deepEqual(
      scene.hungUp.map(({ by }) => by),
      ['anna'],
      kind,
    )
  }
})

test('a flood of gate frames or knocks on one link ends it', () => {
  const scene = new CircleScene()
  const [anna, eve] = people(scene, 'anna', 'eve') as [Player, Player]
  scene.circle(anna)
  scene.link(eve, anna)
  for (let at = 0; at < 200 && scene.hungUp.length === 0; at++)
    scene.inject(eve, anna, 'gate', { t: scene.random.bytes(16) })
  assert.match(scene.hungUp[0]?.code ?? '', /^TOO_FAST/)
})

test('one device of a person brings in the next, and both are in after both were restarted', () => {
  const scene = new CircleScene()
  const [anna, ben] = people(scene, 'anna', 'ben') as [Player, Player]
  const circle = scene.circleOf(anna, ben)
  const phone = scene.player('phone', anna)
  scene.do(() => anna.service.addDevice(phone.card, scene.now))
  scene.do(() => phone.service.restore(circle))
  scene.link(phone, ben)
  scene.pass(30_000)
  assertSame(scene, circle, anna, ben, phone)
  assert.equal(scene.facts(phone, circle).mine, 'owner')
  for (const player of [anna, phone]) scene.restart(player)
  scene.linkAll(anna, ben, phone)
  scene.pass(30_000)
  assertSame(scene, circle, anna, ben, phone)
  assert.equal(ben.service.membership.linked(circle).length, 2)
})

test('a device restored by words shows its card to any member and is in, with the history', () => {
  const scene = new CircleScene()
  const [anna, ben] = people(scene, 'anna', 'ben') as [Player, Player]
  const circle = scene.circleOf(anna, ben)
  const first = scene.facts(anna, circle).epoch?.id
  scene.unlinkAll(anna)
  const restored = scene.player('restored', anna)
  scene.do(() => restored.service.restore(circle))
  assert.equal(restored.service.membership.circles().length, 0)
  scene.link(restored, ben)
  scene.pass(30_000)
  assertSame(scene, circle, ben, restored)
  assert.ok(restored.service.membership.epoch(circle, first as never)?.read)
  assert.deepEqual(restored.service.membership.circles(), [circle])
  // Somebody else's card shows nothing.
  const eve = scene.player('eve')
  scene.link(eve, ben)
  scene.inject(eve, ben, 'card', { d: restored.card })
  assert.equal(scene.hungUp.at(-1)?.device, eve.device)
})

test('where the policy says so, whoever joins reads nothing from before', () => {
  const scene = new CircleScene()
  const [anna, ben] = people(scene, 'anna', 'ben') as [Player, Player]
  const circle = scene.circle(anna)
  scene.do(() => anna.service.setPolicy(circle, { history: 'from-join' }, scene.now))
  const before = scene.facts(anna, circle).epoch?.id
  scene.link(anna, ben)
  scene.join(ben, scene.invite(anna, circle).payload)
  scene.pass(30_000)
  assertSame(scene, circle, anna, ben)
  assert.equal(ben.service.membership.epoch(circle, before as never)?.read, undefined)
  assert.equal(ben.service.membership.epoch(circle, before as never)?.access.length, 0)
})

test('a keeper has the access secret and never a read secret', () => {
  const scene = new CircleScene()
  const [anna, ben, kim] = people(scene, 'anna', 'ben', 'kim') as [Player, Player, Player]
  const circle = scene.circleOf(anna, ben)
  scene.linkAll(anna, ben, kim)
  scene.join(kim, scene.invite(anna, circle, { role: 'keeper' }).payload)
  scene.pass(30_000)
  const { epoch, mine } = scene.facts(kim, circle)
  assert.equal(mine, 'keeper')
  assert.equal(epoch?.access.length, 32)
  for (const { read } of kim.service.secretsOf(circle)) assert.equal(read, undefined)
  assertSame(scene, circle, anna, ben, kim)
  assert.throws(() => kim.service.remove(circle, ben.person, scene.now), { code: 'NOT_ALLOWED' })
})

test('two halves that were apart come to the same members and epoch once one link joins them', () => {
  const scene = new CircleScene()
  const players = people(scene, 'anna', 'ben', 'cleo', 'dora', 'emil', 'finn') as [Player, ...Player[]]
  const [anna, ben, cleo, dora, emil, finn] = players as [Player, Player, Player, Player, Player, Player]
  const circle = scene.circleOf(...players)
  scene.do(() => anna.service.setRole(circle, dora.person, 'moderator', scene.now))
  scene.unlinkAll(dora, emil, finn)
  scene.linkAll(dora, emil, finn)
  scene.do(() => anna.service.remove(circle, emil.person, scene.now))
  scene.do(() => dora.service.remove(circle, cleo.person, scene.now))
  scene.pass(60_000)
  scene.link(anna, finn)
  scene.pass(60_000)
  scene.linkAll(anna, ben, dora, finn)
  scene.pass(60_000)
  assertSame(scene, circle, anna, ben, dora, finn)
  assert.equal(scene.facts(anna, circle).members.size, 4)
  assert.deepEqual(scene.facts(finn, circle).removed, new Set([cleo.person, emil.person]))
})

test('leaving, the last owner, and what is forgotten', () => {
  const scene = new CircleScene()
  const [anna, ben] = people(scene, 'anna', 'ben') as [Player, Player]
  const circle = scene.circleOf(anna, ben)
  assert.throws(() => anna.service.leave(circle, scene.now), { code: 'LAST_OWNER' })
  assert.throws(() => anna.service.setRole(circle, anna.person, 'member', scene.now), { code: 'LAST_OWNER' })
  assert.throws(() => ben.service.handOver(circle, anna.person, scene.now), { code: 'NOT_ALLOWED' })
  scene.do(() => anna.service.handOver(circle, ben.person, scene.now))
  scene.do(() => anna.service.leave(circle, scene.now))
  scene.pass(30_000)
  assert.equal(scene.facts(ben, circle).members.size, 1)
  assert.equal(scene.facts(ben, circle).mine, 'owner')
  assert.equal(scene.facts(anna, circle).mine, undefined)
  for (const one of [anna, ben]) assert.deepEqual(scene.facts(one, circle).removed, new Set(), 'she left')
  assert.throws(() => anna.service.remove(circle, ben.person, scene.now), { code: 'CIRCLE_LEFT' })
  anna.service.forget(circle)
  assert.deepEqual(anna.service.membership.circles(), [])
  assert.throws(() => anna.service.leave(circle, scene.now), { code: 'CIRCLE_UNKNOWN' })
  scene.restart(anna)
  assert.deepEqual(anna.service.membership.circles(), [])
})

test('whoever left while nobody was there is out as soon as a member is met', () => {
  const scene = new CircleScene()
  const [anna, ben] = people(scene, 'anna', 'ben') as [Player, Player]
  const circle = scene.circleOf(anna, ben)
  scene.unlinkAll(ben)
  scene.do(() => ben.service.leave(circle, scene.now))
  scene.restart(ben)
  scene.link(anna, ben)
  assert.equal(scene.facts(anna, circle).members.size, 1)
  assert.ok(!anna.service.membership.isLinked(circle, ben.device))
  scene.unlinkAll(ben)
  scene.link(anna, ben)
  assert.ok(!anna.service.membership.isLinked(circle, ben.device))
  const { payload } = scene.invite(anna, circle)
  assert.equal(scene.step(ben, scene.join(ben, payload)), 'joined', 'and may come back')
})

test('a removal pins where the chat of the removed ended, as the remover knew it', () => {
  const scene = new CircleScene()
  const [anna, ben, cleo] = people(scene, 'anna', 'ben', 'cleo') as [Player, Player, Player]
  const circle = scene.circleOf(anna, ben, cleo)
  const head = scene.facts(anna, circle).epoch?.id
  anna.service.chatEnd = (_circle, device) =>
    device === cleo.device ? { seq: 7, head } : { seq: 0, head: undefined }
  scene.do(() => anna.service.remove(circle, cleo.person, scene.now))
  scene.pass(30_000)
  assert.deepEqual(scene.facts(ben, circle).pins, new Map([[cleo.device, { seq: 7, head }]]))
  assert.equal(scene.facts(ben, circle).owners.get(cleo.device), cleo.person)
})
