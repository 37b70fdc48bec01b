// Owns what the page knows: people, groups, channels and their messages, views, and who is acting.

export const state = {
  users: new Map(), groups: new Map(), channels: new Map(), views: {}, homes: {}, commands: [], shortcuts: [],
  bot: "", home: false, me: "", channel: "", thread: null, tab: "",
};

const names = {
  user: (id) => state.users.get(id)?.real_name,
  channel: (id) => state.channels.get(id)?.name,
  group: (id) => {
    const group = state.groups.get(id);
    return group && { ...group, people: group.members.map((member) => names.user(member) ?? member) };
  },
};

export const people = () => [...state.users.values()].filter((user) => !user.bot);
export const mine = () => [...state.channels.values()].filter((channel) => channel.members.has(state.me));
export const direct = () => mine().find((channel) => channel.kind === "im");

// What drawing needs to know of the workspace.
export const office = {
  names,
  people: () => people().filter((user) => !user.deleted),
  channels: () => mine().filter((channel) => channel.kind !== "im"),
};

export function keepAll(loaded) {
  keepPeople(loaded);
  state.channels = new Map();
  loaded.channels.forEach(keepChannel);
  const { commands, shortcuts, bot, home, views, homes } = loaded;
  Object.assign(state, { commands, shortcuts, bot, home, views, homes });
}

export function keepPeople({ users, groups }) {
  state.users = new Map(users.map((user) => [user.id, user]));
  state.users.set("USLACKBOT", { id: "USLACKBOT", name: "slackbot", real_name: "Slackbot", bot: true });
  state.groups = new Map(groups.map((group) => [group.id, group]));
}

export function keepChannel(channel) {
  const messages = new Map(channel.messages.map((message) => [message.ts, message]));
  state.channels.set(channel.id, { ...channel, members: new Set(channel.members), messages });
}

// Messages

export const sorted = (messages) => messages.sort((a, b) => (a.ts < b.ts ? -1 : 1));
export const visible = (message) => !message.visible_to || message.visible_to === state.me;
export const inChannel = (message) => visible(message) && (!message.thread_ts || message.thread_ts === message.ts || message.broadcast);
export const replies = (channel, ts) => [...channel.messages.values()].filter((m) => m.thread_ts === ts && m.ts !== ts && visible(m));
export const newest = (channel) => [...channel.messages.values()].filter(inChannel).map((m) => m.ts).sort().at(-1) ?? "";

const read = new Map(); // "user channel" -> ts up to which that person has read
const readKey = (channel) => `${state.me} ${channel.id}`;

export const unread = (channel) => [...channel.messages.values()]
  .filter((m) => inChannel(m) && m.user !== state.me && m.ts > (read.get(readKey(channel)) ?? "")).length;
export const markRead = (channel) => read.set(readKey(channel), newest(channel));

// Everything that was there when a person first looked counts as read.
export function markOld() {
  for (const channel of mine()) if (!read.has(readKey(channel))) markRead(channel);
}
