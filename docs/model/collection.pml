/*
 * One key on three members: writes, Deletes, messages that come late or not at all, the collection of
 * tombstones, members that are forgotten and return, a data directory that is put back old, and what a backup
 * of another cluster brings. It is how servers collect tombstones (docs/sync.md).
 *
 * Every order of events is tried: deno task model
 *
 * A write is a number from 1 on, so a set of writes is a few bits. kvserver/versions/ keeps such a set as
 * a version vector: per actor the number of its last write.
 */

#define members 3
/* How far the search goes. The largest values that a machine can try take hours. */
#ifndef writesMax
#define writesMax 2
#endif
#ifndef forgottenMax
#define forgottenMax 1
#endif
#ifndef copiesMax
#define copiesMax 0
#endif
#ifndef restoredMax
#define restoredMax 0
#endif
#define stampMax 4

#define bit(w) (1 << (w))
#define has(set, w) (((set) >> (w)) & 1)
#define all ((1 << members) - 1)

/*
 * A write of another cluster, which a backup has brought here: a Delete, or a Put that has expired. No member
 * has ever seen it, as far as numbers of writes say.
 */
#define restored (writesMax + 1)

/* Of each write: its order, which is (stamp, actor), and whether it is a Delete. Write 0 is no write. */
byte stamp[writesMax + 2];
byte actor[writesMax + 2];
bool isDelete[writesMax + 2];
byte writes;
bool isRestored;

/* Of each member: the entry that it holds (0: none), the writes that it has seen, its own ones. */
byte entry[members];
byte seen[members];
byte own[members];
/* No later write of it is as early as a tombstone that it has forgotten. */
byte floor[members];
/*
 * The members that it knows, itself among them. What they have seen it reads at once: what members tell
 * each other comes later, and they see more and more, so that this only has a tombstone collected later.
 */
byte known[members];
/* The actor that its writes bear: another one after its directory was put back. */
byte actorOf[members];

/* One message on its way: what a member sends of its own writes, and the claim behind it. */
byte message;
byte claim;
byte receiver;
bool isOnItsWay;

/* An old copy of the directory of member 2. */
byte oldEntry;
byte oldSeen;
byte oldFloor;
bool isCopied;
bool isPutBack;

/* How often a member forgot another one. */
byte forgotten;

/* For the properties: what its writer had seen before each write, and the writes that are lost with a disk. */
byte before[writesMax + 1];
byte lost;

#define later(a, b) (stamp[a] > stamp[b] || (stamp[a] == stamp[b] && actor[a] > actor[b]))

/* A replica takes a write that it has not seen, if that is later than the one it holds. */
inline merge(m, w) {
  if
  :: !has(seen[m], w) && (entry[m] == 0 || later(w, entry[m])) -> entry[m] = w
  :: else
  fi
}

/* Any clock: the only promise is that a write is later than the entry held, and than what was forgotten. */
inline write(m, deletes) {
  writes++;
  actor[writes] = actorOf[m];
  isDelete[writes] = deletes;
  if
  :: stamp[writes] = stamp[entry[m]] + 1
  :: stamp[writes] = stampMax - writesMax + writes
  fi;
  if
  :: stamp[writes] <= floor[m] -> stamp[writes] = floor[m] + 1
  :: else
  fi;
  if
  :: stamp[writes] <= stamp[entry[m]] -> stamp[writes] = stamp[entry[m]] + 1
  :: else
  fi;
  before[writes] = seen[m];
  entry[m] = writes;
  own[m] = own[m] | bit(writes);
  seen[m] = seen[m] | bit(writes)
}

/* A backup of another cluster is restored at a member. */
inline restore(m) {
  isRestored = true;
  isDelete[restored] = true;
  actor[restored] = members + 1;
  if
  :: stamp[restored] = 1
  :: stamp[restored] = 2
  fi;
  merge(m, restored)
}

/*
 * What was restored can be collected nowhere: it is deleted once more, by a write that is just behind it, however
 * early that is.
 */
inline deleteAgain(m) {
  writes++;
  actor[writes] = actorOf[m];
  isDelete[writes] = true;
  stamp[writes] = stamp[restored] + 1;
  before[writes] = seen[m];
  entry[m] = writes;
  own[m] = own[m] | bit(writes);
  seen[m] = seen[m] | bit(writes)
}

/* An outbox coalesces: what was replaced meanwhile is claimed, and does not travel. */
inline send(m, p) {
  isOnItsWay = true;
  receiver = p;
  claim = own[m];
  if
  :: has(own[m], entry[m]) || entry[m] == restored -> message = entry[m]
  :: else -> message = 0
  fi
}

inline deliver() {
  if
  :: message != 0 -> merge(receiver, message)
  :: else
  fi;
  seen[receiver] = seen[receiver] | claim;
  isOnItsWay = false; message = 0; claim = 0; receiver = 0
}

/* The tombstone has been seen by all that are known. */
#define hasSeen(m, p) (!has(known[m], p) || has(seen[p], entry[m]))
#define isStable(m) (hasSeen(m, 0) && hasSeen(m, 1) && hasSeen(m, 2))

inline collect(m) {
  floor[m] = (stamp[entry[m]] > floor[m] -> stamp[entry[m]] : floor[m]);
  entry[m] = 0
}

/* Two replicas compare what they hold: the rule of return. */
inline compare(m, p) {
  if
  :: entry[m] == entry[p]
  :: entry[m] != 0 && entry[p] == 0 ->
    if
    :: has(seen[p], entry[m]) -> entry[m] = 0
    :: else -> entry[p] = entry[m]
    fi
  :: entry[m] == 0 && entry[p] != 0 ->
    if
    :: has(seen[m], entry[p]) -> entry[p] = 0
    :: else -> entry[m] = entry[p]
    fi
  :: entry[m] != 0 && entry[p] != 0 && entry[m] != entry[p] ->
    if
    :: has(seen[p], entry[m]) && has(seen[m], entry[p]) -> entry[m] = 0; entry[p] = 0
    :: has(seen[p], entry[m]) && !has(seen[m], entry[p]) -> entry[m] = entry[p]
    :: !has(seen[p], entry[m]) && has(seen[m], entry[p]) -> entry[p] = entry[m]
    :: else ->
      if
      :: later(entry[m], entry[p]) -> entry[p] = entry[m]
      :: else -> entry[m] = entry[p]
      fi
    fi
  fi;
  seen[m] = seen[m] | seen[p];
  seen[p] = seen[m];
  floor[m] = (floor[p] > floor[m] -> floor[p] : floor[m]);
  floor[p] = floor[m];
  known[m] = known[m] | bit(p);
  known[p] = known[p] | bit(m)
}

#define knowEachOther(m, p) (has(known[m], p) && has(known[p], m))

inline act(m, p) {
  if
  :: writes < writesMax -> write(m, false)
  :: writes < writesMax -> write(m, true)
  :: restoredMax > 0 && !isRestored -> restore(m)
  :: entry[m] == restored && writes < writesMax -> deleteAgain(m)
  :: !isOnItsWay && (own[m] != 0 || entry[m] == restored) && knowEachOther(m, p) -> send(m, p)
  :: entry[m] != 0 && isDelete[entry[m]] && isStable(m) -> collect(m)
  :: compare(m, p)
  :: has(known[m], p) && forgotten < forgottenMax -> known[m] = known[m] & ~bit(p); forgotten++
  fi
}

inline copyDirectory() {
  isCopied = true;
  oldEntry = entry[2];
  oldSeen = seen[2];
  oldFloor = floor[2]
}

/* Another incarnation, whom nobody knows yet. */
inline putBack() {
  isPutBack = true;
  /* What nobody else ever had is lost with the newer directory. */
  lost = lost | (own[2] & ~(seen[0] | seen[1] | oldSeen));
  /* So may be what only it knew: which writes of others its own ones have replaced. */
  for (w : 1 .. writesMax) {
    if
    :: has(own[2], w) -> before[w] = 0
    :: else
    fi
  }
  w = 0;
  entry[2] = oldEntry;
  seen[2] = oldSeen;
  floor[2] = oldFloor;
  own[2] = 0;
  actorOf[2] = members;
  known[0] = known[0] & ~bit(2);
  known[1] = known[1] & ~bit(2);
  known[2] = bit(2);
  isOnItsWay = false; message = 0; claim = 0; receiver = 0
}

#define shownBy(m) (isDelete[entry[m]] -> 0 : entry[m])

active proctype cluster() {
  byte m, p, w, shown;
  atomic {
    for (m : 0 .. members - 1) {
      known[m] = all;
      actorOf[m] = m
    }
    m = 0
  }
  do
  :: atomic {
    select (m : 0 .. members - 1);
    select (p : 0 .. members - 1);
    if
    :: m != p -> act(m, p)
    :: isOnItsWay -> deliver()
    :: isOnItsWay -> isOnItsWay = false; message = 0; claim = 0; receiver = 0
    :: copiesMax > 0 && !isCopied -> copyDirectory()
    :: isCopied && !isPutBack -> putBack()
    fi;
    m = 0; p = 0
  }
  :: atomic { writes == writesMax && !isOnItsWay -> break }
  od;

  /* It has become quiet: each member compares with the others. */
  atomic {
    compare(0, 1); compare(1, 2); compare(0, 2); compare(0, 1);
    shown = shownBy(0);
    assert(shownBy(1) == shown && shownBy(2) == shown);
    /* Nothing is back that a later writer had seen. */
    for (w : 1 .. writesMax) {
      assert(has(lost, w) || shown == 0 || !has(before[w], shown))
    }
    /* The last write is shown, if it is no Delete, was not lost with a disk, and nothing later was restored. */
    m = 1;
    for (w : 2 .. writesMax) {
      if
      :: later(w, m) -> m = w
      :: else
      fi
    }
    assert(isDelete[m] || has(lost, m) || shown == m || (isRestored && later(restored, m)))
  }
}
