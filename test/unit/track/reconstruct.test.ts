import assert from "node:assert/strict";
import { test } from "node:test";
import { mac, megahertz } from "../../../hub/base/units.ts";
import { ppduAirtime } from "../../../hub/radio/airtime.ts";
import { statedBusy } from "../../../hub/track/count/channels.ts";
import {
  accessPointMac,
  CHANNEL_6,
  cameraFlows,
  ESP32_HEARING,
  GOOD_HEARING,
  homePlan,
  modernFlows,
  smallFlows,
  stationMac,
} from "../../support/air/home.ts";
import type { AirPlan, FlowPlan, HearingPlan } from "../../support/air/plan.ts";
import { sidesOf } from "../../support/air/sides.ts";
import { exactNode, play } from "./play.ts";

/**
 * Of 5 % heard, what is not seen before the first and after the last number is 20 MPDUs each on average and 140 once in
 * a thousand: flows have to be this long for 5 % to be a statement about the counting.
 */
const ENOUGH = 2_000;

const planOf = (flows: readonly FlowPlan[], hearing: HearingPlan, seconds: number, seed = 3): AirPlan => ({
  seed,
  seconds,
  networks: [{ bssid: accessPointMac(1), frequency: CHANNEL_6 }],
  stations: [{ mac: stationMac(1), network: 0, flows }],
  nodes: [exactNode(hearing)],
});

const share = (value: number, truth: number): number => value / truth - 1;

function within(name: string, value: number, truth: number, limit: number): void {
  const error = share(value, truth);
  assert.ok(Math.abs(error) <= limit, `${name}: ${value} against ${truth}, ${(100 * error).toFixed(1)} %`);
}

for (const seed of [1, 2, 3]) {
  test(`MPDUs at 5 % of the data and 95 % of the answers, home ${seed}`, () => {
    const { air, tracker } = play(homePlan(seed, [exactNode(ESP32_HEARING)], 300));
    const sides = sidesOf(air, tracker).filter(({ truth }) => truth.mpdus >= ENOUGH);
    assert.ok(sides.length >= 8, `${sides.length} flows with enough frames to judge`);
    for (const { name, truth, tally } of sides) {
      within(name, tally.reconstructed, truth.mpdus, 0.05);
      assert.ok(
        tally.heard < 0.12 * truth.mpdus,
        `${name} heard ${tally.heard}: this is no test of reconstruction`,
      );
      assert.ok(tally.heard <= tally.reconstructed);
    }
  });
}

test("small flows are off by no more than the edges, a step each", () => {
  const { air, tracker } = play(homePlan(4, [exactNode(ESP32_HEARING)], 240));
  for (const { name, truth, tally } of sidesOf(air, tracker)) {
    if (truth.mpdus >= ENOUGH) continue;
    const error = Math.abs(tally.reconstructed - truth.mpdus);
    assert.ok(error <= 2 * 140, `${name}: ${tally.reconstructed} against ${truth.mpdus}`);
  }
});

test("HE data of which no frame was decoded is counted from BlockAcks, with either habit of the window", () => {
  for (const habit of ["first", "highest"] as const) {
    const flows = modernFlows(200).map((flow) => ({ ...flow, habit }));
    const { air, tracker } = play(planOf(flows, { data: 0, control: 0.95, management: 0.95 }, 60));
    for (const { name, truth, tally } of sidesOf(air, tracker)) {
      assert.equal(tally.heard, 0);
      within(`${name} ${habit}`, tally.reconstructed, truth.mpdus, 0.05);
    }
  }
});

test("flows of several TIDs between the same two are counted apart", () => {
  const flows = [0, 3, 5].map((tid) => ({ ...(modernFlows(150)[0] as FlowPlan), tid }));
  const { air, tracker } = play(planOf(flows, ESP32_HEARING, 60));
  const [side] = sidesOf(air, tracker);
  within(side?.name ?? "", side?.tally.reconstructed ?? 0, side?.truth.mpdus ?? 0, 0.05);
});

test("single frames that no node decodes are counted from their ACKs", () => {
  const [up] = smallFlows(20);
  const deaf = { data: 0, control: 0.95, management: 0.95 };
  const flow = { ...(up as FlowPlan), loss: 0 };
  // One probe a second shows that the device is there; its data is never decoded.
  const plan = planOf([flow], deaf, 60);
  const stations = plan.stations.map((station) => ({ ...station, probes: 1 }));
  const { air, tracker } = play({ ...plan, stations });
  const [side] = sidesOf(air, tracker);
  const probes = side?.tally.heard ?? 0;
  assert.ok(probes > 0 && probes < 120);
  within("up", (side?.tally.reconstructed ?? 0) - probes, side?.truth.mpdus ?? 0, 0.1);
});

test("data without QoS is counted from the transmitter's one counter", () => {
  const old: FlowPlan = { ...(smallFlows(20)[0] as FlowPlan) };
  const { tid: _tid, ...flow } = old;
  const { air, tracker } = play(planOf([flow], ESP32_HEARING, 120));
  const [side] = sidesOf(air, tracker);
  within("up", side?.tally.reconstructed ?? 0, side?.truth.mpdus ?? 0, 0.05);
});

test("with most frames heard, heard and reconstructed agree with the truth", () => {
  const { air, tracker } = play(planOf(smallFlows(20), { data: 1, control: 1, management: 1 }, 60));
  for (const { name, truth, tally } of sidesOf(air, tracker)) {
    assert.equal(tally.heard, truth.mpdus, name);
    assert.equal(tally.reconstructed, truth.mpdus, name);
    assert.equal(tally.octets, truth.octets, name);
    assert.equal(Math.round(tally.octetsEstimated), truth.octets, name);
  }
});

test("three nodes hear more, and count each frame once", () => {
  const plan = homePlan(
    5,
    [0, 1, 2].map(() => exactNode(GOOD_HEARING)),
    120,
  );
  const { air, tracker } = play(plan);
  for (const { name, truth, tally } of sidesOf(air, tracker)) {
    // Stations that probe send what is no flow.
    const probes = plan.stations.some((one) => one.probes && name.startsWith(one.mac.toString(16)));
    if (truth.mpdus >= 500 && !probes) within(name, tally.reconstructed, truth.mpdus, 0.02);
  }
  assert.equal(tracker.device(mac(stationMac(5)))?.signals.length, 3);
});

test("octets are estimated from the sizes heard", () => {
  const { air, tracker } = play(
    planOf([...cameraFlows(60), ...smallFlows(10).map((flow) => ({ ...flow, tid: 6 }))], ESP32_HEARING, 240),
  );
  for (const { name, truth, tally } of sidesOf(air, tracker)) {
    within(`${name} octets`, tally.octetsEstimated, truth.octets, 0.1);
    assert.ok(tally.octets < truth.octets * 0.12);
  }
});

test("airtime: decoded, reserved and estimated together are the truth within a tenth", () => {
  for (const flows of [cameraFlows(60), smallFlows(20)]) {
    const { air, tracker } = play(planOf(flows, ESP32_HEARING, 240));
    for (const { name, truth, tally } of sidesOf(air, tracker)) {
      const all = tally.airtime + tally.airtimeReserved + tally.airtimeEstimated;
      within(`${name} airtime`, all, truth.airtime, 0.1);
    }
  }
});

test("air that an RTS reserves for undecodable PPDUs is theirs", () => {
  const flows = modernFlows(200).slice(0, 1);
  const { air, tracker } = play(planOf(flows, { data: 0, control: 0.95, management: 0.95 }, 60));
  const [side] = sidesOf(air, tracker);
  assert.ok(side !== undefined);
  within("down", side.tally.airtime + side.tally.airtimeReserved, side.truth.airtime, 0.1);
  assert.ok(side.tally.airtimeReserved > 0.3 * side.truth.airtime);
});

test("what one node reserves and another decodes is counted once", () => {
  const flows = cameraFlows(60).slice(0, 1);
  const plan = planOf(flows, ESP32_HEARING, 60);
  const nodes = [exactNode(ESP32_HEARING), exactNode({ data: 1, control: 1, management: 1 })];
  const { air, tracker } = play({ ...plan, nodes });
  const [side] = sidesOf(air, tracker);
  assert.ok(side !== undefined);
  within("up", side.tally.airtime + side.tally.airtimeReserved, side.truth.airtime, 0.05);
});

test("the air of a channel: all that was sent, as far as it was decoded or reserved", () => {
  const flows = [
    ...cameraFlows(60),
    ...(modernFlows(200).slice(0, 1) as FlowPlan[]).map((flow) => ({ ...flow, tid: 3 })),
  ];
  for (const nodes of [1, 2]) {
    const plan = planOf(flows, ESP32_HEARING, 60);
    const hearing = { data: 0.6, control: 0.97, management: 1 };
    const { air, tracker } = play({
      ...plan,
      nodes: Array.from({ length: nodes }, () => exactNode(hearing)),
    });
    const [channel, ...others] = tracker.channels();
    assert.ok(channel !== undefined && others.length === 0);
    let truth = 0;
    let ppdu = -1;
    for (const row of air.transmissions) {
      if (row.ppdu !== ppdu) truth += ppduAirtime(row.phy, Math.max(row.ppduLength, row.length));
      ppdu = row.ppdu;
    }
    within(`channel, ${nodes} nodes`, channel.airtime + channel.reserved, truth, 0.1);
    const stated = statedBusy(tracker.accessPoints(), megahertz(CHANNEL_6), tracker.now);
    assert.ok(stated !== undefined && stated > 0);
    within("stated", stated * 60e6, truth, 0.3);
  }
});
