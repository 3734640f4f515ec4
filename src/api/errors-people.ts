// Persons, devices, circles, invites, conversations and what is sent.

import { type ErrorTable, given, word } from './error-entry.ts'

export const PEOPLE_ERRORS: ErrorTable = {
  PEOPLE_UNAVAILABLE: {
    exit: 1,
    message: (data) => `People cannot be reached now${given(data, 'why', ': ')}.`,
    help: 'Transfers go on, and nothing that was written is lost. It is tried again by itself; `shoal doctor` says more.',
    retry: true,
  },
  PEOPLE_OFF: {
    exit: 1,
    message: 'People and circles are switched off.',
    help: 'Switch them on in the settings, or with `shoal config set people.on true`.',
  },
  PEOPLE_OFF_BY_PROXY: {
    exit: 1,
    message: 'With a proxy nobody is met directly, so people and circles are off.',
    help: 'Transfers go on through the proxy. Empty network.proxy to meet people; network.interface works with them.',
  },
  IDENTITY_UNUSABLE: {
    exit: 1,
    message: (data) => `The file with your keys cannot be read: ${word(data, 'path', 'people-identity')}.`,
    help: 'It was left as it is. Put a good copy in its place, or move it away and restore yourself by your twelve words.',
  },
  PEOPLE_NEWER: {
    exit: 1,
    message: 'Your circles and messages were written by a newer Shoal.',
    help: 'Start that one again; nothing was changed.',
  },
  LINK_NOT_OURS: {
    exit: 2,
    message: 'This is not a link of Shoal for people: some of it is missing or was changed.',
    help: 'Copy it again, all of it. Nobody was contacted.',
  },
  INVITE_UNKNOWN: {
    exit: 1,
    message: 'The members who answered do not know this invite.',
    help: 'Ask whoever gave it to you whether they are connected, or for a new one.',
  },
  INVITE_EXPIRED: {
    exit: 1,
    message: 'This invite has expired.',
    help: 'Ask for a new one. Nothing was joined.',
  },
  INVITE_REVOKED: {
    exit: 1,
    message: 'This invite was taken back.',
    help: 'Ask for a new one. Nothing was joined.',
  },
  INVITE_OTHER_CIRCLE: {
    exit: 1,
    message: 'This invite belongs to another circle than it says.',
    help: 'Do not use it. Ask somebody you know for another.',
  },
  INVITE_REFUSED: {
    exit: 1,
    message: 'The circle did not let you in.',
    help: 'Ask whoever gave you the invite.',
  },
  ALREADY_MEMBER: {
    exit: 2,
    message: 'You are a member of this circle already.',
    help: '`shoal circle list` shows your circles.',
  },
  NOT_ALLOWED: {
    exit: 1,
    message: (data) => `Your role in the circle does not allow this${given(data, 'needs', ': it needs ')}.`,
    help: 'Ask an owner or moderator. Nothing was changed.',
  },
  CIRCLE_UNKNOWN: {
    exit: 2,
    message: (data) => `${word(data, 'circle', 'That')} is none of your circles.`,
    help: '`shoal circle list` shows them.',
  },
  CIRCLE_LEFT: {
    exit: 1,
    message: ({ removed, device }) => {
      if (removed === true) return 'You were removed from this circle.'
      return device === true
        ? 'This device is none of your devices any more, so it is in no circle of yours.'
        : 'You are no longer a member of this circle.'
    },
    help: ({ device }) =>
      device === true
        ? 'What it has received stays readable. Your other devices can take it in again.'
        : 'What you have received stays readable. Ask a member for an invite to come back.',
  },
  KEYS_COMING: {
    exit: 1,
    message: 'The circle is changing its keys because somebody was removed.',
    help: 'Nothing was written. This takes a moment, or until a member who may do it is online; then write again.',
    retry: true,
  },
  LAST_OWNER: {
    exit: 2,
    message: 'You are the last owner of this circle, so it would be left without one.',
    help: 'Make somebody else owner first. Nothing was changed.',
  },
  CIRCLE_FULL: {
    exit: 1,
    message: (data) => `The circle has its limit of ${word(data, 'limit', '')} members.`,
    help: 'Nothing was changed.',
  },
  PERSON_UNKNOWN: {
    exit: 2,
    message: (data) => `Nobody you know is called ${word(data, 'person', 'that')}.`,
    help: '`shoal nearby` shows who is near; contacts are added by link.',
  },
  PERSON_BLOCKED: {
    exit: 1,
    message: 'You have blocked this person.',
    help: 'Nothing was sent. Unblock them first.',
  },
  DEVICE_UNKNOWN: {
    exit: 2,
    message: (data) => `There is no device ${word(data, 'device', 'of that name')} here.`,
    help: '`shoal nearby` shows devices on this network, `shoal me devices` your own.',
  },
  DEVICE_PUT_OUT: {
    exit: 1,
    message: 'This device was put out: it is not one of your devices any more.',
    help: 'What it has it keeps. Your circles and contacts go on with your other devices.',
  },
  DEVICE_GONE: {
    exit: 1,
    message: (data) => `${word(data, 'device', 'The device')} is not reachable now.`,
    help: 'Nothing was lost. Try again when it is near.',
    retry: true,
  },
  CONVERSATION_UNKNOWN: {
    exit: 2,
    message: 'There is no such conversation.',
    help: '`shoal chat` lists rooms and people.',
  },
  MESSAGE_UNKNOWN: {
    exit: 2,
    message: 'That message is not here.',
    help: 'It may have been older than what the circle keeps.',
  },
  MESSAGE_TOO_LONG: {
    exit: 2,
    message: (data) => `The message is too long: ${word(data, 'limit', '4096')} bytes are allowed.`,
    help: 'Send it as a file, or in parts. It was not sent.',
  },
  ROOM_UNKNOWN: {
    exit: 2,
    message: 'There is no such room in this circle.',
    help: '`shoal circle list` shows rooms.',
  },
  OFFER_UNKNOWN: {
    exit: 2,
    message: 'That offer is not here any more.',
    help: 'Ask for it to be sent again.',
  },
  WISH_UNKNOWN: {
    exit: 2,
    message: 'There is no such wish.',
    help: 'It may have been removed.',
  },
  FORKED: {
    exit: 1,
    message: 'Two versions of one device wrote at the same place, so nothing more of it is taken.',
    help: 'It happens when a device was copied or restored from an old image. Link it again as a new device.',
  },
  NAME_NEEDED: {
    exit: 2,
    message: 'What should the others call you?',
    help: 'Say it with `shoal me name NAME`, or --name.',
  },
  WORDS_WRONG: {
    exit: 2,
    message: 'These are not twelve words of Shoal: a word is not in the list, or they do not fit together.',
    help: 'Check their order and spelling. Nothing was changed.',
  },
  WORDS_ELSEWHERE: {
    exit: 1,
    message: 'This device does not hold your twelve words.',
    help: 'They are on the device that you began with.',
  },
  SOMEBODY_ALREADY: {
    exit: 1,
    message:
      'Somebody with circles or contacts is on this device already, so nothing was restored over them.',
    help: 'Restore on a new device, or with another --state-dir.',
  },
  TOO_MANY: {
    exit: 1,
    message: (data) =>
      `There are ${word(data, 'limit', 'too many')} ${word(data, 'what', 'of these')} already.`,
    help: 'Remove some that are not needed. Nothing was changed.',
  },
  NAME_FITS_SEVERAL: {
    exit: 2,
    message: (data) =>
      `"${word(data, 'name', '')}" fits ${word(data, 'count', 'several')}: ${word(data, 'matches', '')}.`,
    help: 'Type what stands before the bracket. Nothing was done.',
  },
  NAME_FITS_NOTHING: {
    exit: 2,
    message: (data) =>
      `"${word(data, 'name', '')}" is no ${word(data, 'expects', 'name that is known here')}${given(data, 'nearest', '; did you mean ', '?')}${given(data, 'nearest', '') === '' ? '.' : ''}`,
    help: '`shoal circle list` shows circles, `shoal me contacts` people, `shoal nearby` devices on this network.',
  },
  INVITE_NOT_KEEPER: {
    exit: 2,
    message: 'This invite makes a member who reads along, not a keeper.',
    help: 'Ask for one made with `shoal circle invite CIRCLE --keeper`. Nothing was joined.',
  },
  LINK_FOR_PEOPLE: {
    exit: 2,
    message: (data) =>
      `This is ${word(data, 'what', 'a link for people')}; there are no files to get behind it.`,
    help: (data) => `Use it so: \`${word(data, 'command', 'shoal circle join LINK')}\`.`,
  },
  CHAT_LINE_INVALID: {
    exit: 2,
    message: (data) => `This line says nothing that a chat understands${given(data, 'reason', ': ')}.`,
    help: 'One JSON object a line, such as {"text":"hello"}. `shoal help chat` says more. The others are read on.',
  },
  CONVERSATION_NEEDED: {
    exit: 2,
    message: 'In which conversation? All of them are followed here.',
    help: 'Say it as "conversation", with the id that each message has.',
  },
}
