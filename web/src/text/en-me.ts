// Words of Settings › People and devices, and of the line on people in Network.

import { plural } from './plural.ts'

export const enMe = {
  'meSettings.title': 'People and devices',
  'meSettings.said': 'name words devices link nearby visible notices restore typing',
  'meSettings.name': 'What others call me',
  'meSettings.device': 'Name of this device',
  'meSettings.deviceHint': 'Seen on this network and by your own devices.',
  'meSettings.words.unwritten': 'Write down these 12 words: without them a lost computer loses your circles.',
  'meSettings.words.written': 'You wrote them down.',
  'meSettings.words.elsewhere': 'They are on the device that you began with.',
  'meSettings.devices': 'My devices',
  'meSettings.thisOne': 'this one',
  'meSettings.linked': 'taken in',
  'meSettings.remove': 'Remove',
  'meSettings.removeOf': (name: string) => `Remove ${name} from my devices`,
  'meSettings.removing': (name: string) =>
    `${name} is put out of your devices and of every circle. What it has it keeps.`,
  'meSettings.takeIn': 'Take in another device…',
  'meSettings.deviceLink': 'Show this device’s link',
  'meSettings.deviceLinkMeans':
    'On the new device show its link, on this one take it in: it gets your circles, contacts and messages.',
  'meSettings.deviceLinkIs': 'Link of this device; it works once',
  'meSettings.deviceLinkQr': 'QR code of this device’s link',
  'meSettings.taken': 'This device was taken in: it is one of yours now.',
  'meSettings.visible': 'Who sees this device on the local network',
  'meSettings.visible.everyone': 'everyone',
  'meSettings.visible.contacts': 'my contacts and circles',
  'meSettings.visible.off': 'nobody',
  'meSettings.notices': 'Notices of the system',
  'meSettings.noticesMean':
    'For what names you, direct messages, what is sent to you, and wishes that came true; also while this tab is hidden. The browser asks you first.',
  'meSettings.noticesRefused':
    'The browser does not allow them for this page. Its own settings can change that.',

  'restore.title': 'I have twelve words of another computer',
  'restore.means':
    'You become the same person here: contacts and circles come back as soon as somebody of them is met.',
  'restore.words': 'The twelve words',
  'restore.count': (count: number) => plural(count, { one: '# of 12 words', other: '# of 12 words' }),
  'restore.do': 'Restore',
  'restore.done': 'You are yourself here again.',

  'network.people.title': 'People',
  'network.people.links': (links: number, relayed: number) =>
    `${plural(links, { one: 'Linked with # device', other: 'Linked with # devices' })}${
      relayed === 0
        ? ''
        : plural(relayed, { one: ', # of them by a member between', other: ', # of them by members between' })
    }.`,
  'network.people.reachable.yes': 'Links from outside arrive.',
  'network.people.reachable.no': 'Links from outside do not arrive; members in between help.',
  'network.people.reachable.unknown': 'Whether links from outside arrive is not known until somebody tried.',
  'network.people.restarts': (count: number) =>
    plural(count, { one: 'It was started again # time.', other: 'It was started again # times.' }),
  'network.people.port': (port: number) => `It listens on port ${port}.`,
} as const
