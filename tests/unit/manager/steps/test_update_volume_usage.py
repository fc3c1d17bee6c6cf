"""The usage of a volume, on both call paths."""


def test_counters_replace_the_current_ones_or_are_added_to_the_totals(cloud, inside, as_sent, table):
    server = cloud.boot("src", volumes=1)
    (volume_id,) = cloud.attached_volumes(server)
    inside._update_volume_usage(cloud.context, volume_id, as_sent(server), (2, 1024, 3, 4096))
    inside._update_volume_usage(cloud.context, volume_id, as_sent(server), (4, 2048, 5, 8192))
    inside._update_volume_usage(cloud.context, volume_id, as_sent(server), (5, 4096, 6, 8192), update_totals=True)
    (usage,) = table(cloud, "volume_usage_cache")
    assert [usage[f"tot_{name}"] for name in ("reads", "read_bytes", "writes", "write_bytes")] == [5, 4096, 6, 8192]
    assert [usage[f"curr_{name}"] for name in ("reads", "writes")] == [0, 0]
    told = [m.payload for m in cloud.notifier.messages if m.event_type == "volume.usage"]
    assert [(payload["reads"], payload["instance_id"]) for payload in told] == [
        (2, server.uuid),
        (4, server.uuid),
        (5, server.uuid),
    ]
