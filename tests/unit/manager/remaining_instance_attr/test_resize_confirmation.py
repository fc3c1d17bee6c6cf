"""A resize that is confirmed, on each call path."""

from oslo_concurrency import lockutils

from fakevirt.manager import locks


def test_a_resize_is_confirmed_under_the_lock_of_the_instance(build, mocker):
    cloud = build()
    server = cloud.boot("src")
    cloud.resize(server, cloud.add_flavor("m1.large", memory_mb=1024))
    lock = mocker.spy(lockutils, "lock")
    cloud.confirm_resize(server)
    lock.assert_called_once_with(server.uuid, semaphores=locks._LOCKS)
