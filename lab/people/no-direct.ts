// Loaded before a daemon (NODE_OPTIONS=--import=…): its engine gives no tickets, so that files of circles go through the people process.

import { TicketDoor } from '../../src/daemon/community/ticket-door.ts'

TicketDoor.prototype.expect = () => undefined
