// torrent-get: the asked fields of the asked torrents, as objects or as a table.

import { type Arguments, wrong } from './arguments.ts'
import type { Answer } from './message.ts'
import { isRecent, selected } from './selection.ts'
import { USUAL_LIMIT } from './session-settings.ts'
import { torrentField } from './torrent-fields.ts'
import type { TorrentScene } from './torrent-scene.ts'
import type { Need } from './torrent-view.ts'
import { Turns } from './turns.ts'

/** More fields than there are, in whatever spelling. */
const MAX_FIELDS = 500

export async function torrentGet(scene: TorrentScene, args: Arguments): Promise<Answer> {
  const { feed, numbers, views, aside } = scene
  const names = args.strings('fields')
  if (names === undefined || names.length > MAX_FIELDS) throw wrong('fields', 'a list of fields')
  // Unknown fields are left out, and each is answered by the name it was asked by.
  const asked = [...new Set(names)].flatMap((name) => {
    const field = torrentField(name)
    return field === undefined ? [] : [{ name, of: field.of, needs: field.needs }]
  })
  const needs = new Set<Need>(asked.flatMap((field) => (field.needs === undefined ? [] : [field.needs])))
  const settings = await scene.settings()
  const now = scene.now()
  const turns = new Turns()
  const rows: unknown[][] = []
  for (const row of selected(args, feed, numbers)) {
    if (turns.over) await turns.pause()
    const limitsAside = {
      down: aside.get(`${row.id} down`, USUAL_LIMIT),
      up: aside.get(`${row.id} up`, USUAL_LIMIT),
    }
    const made = views.view({ row, number: numbers.number(row.id), now, settings, limitsAside }, needs)
    const view = made instanceof Promise ? await made : made
    rows.push(asked.map(({ of }) => of(view)))
  }
  const keys = asked.map(({ name }) => name)
  const torrents =
    args.string('format') === 'table'
      ? [keys, ...rows]
      : rows.map((row) => Object.fromEntries(keys.map((key, at) => [key, row[at]])))
  return { torrents, ...(isRecent(args.get('ids')) ? { removed: numbers.recentlyRemoved() } : {}) }
}
