"""Which names are versioned objects."""

import pytest

from fakevirt.audit.settings import Settings

ITEM = "dict-access"


@pytest.mark.parametrize(
    "text",
    [
        "def f(context, instance: Instance):\n    return instance['uuid']\n",
        "def f(context, instance: 'Instance'):\n    return instance['uuid']\n",
        "def f(context, instance: objects.Instance | None):\n    return instance['uuid']\n",
        "def f(context, instance: Optional[Instance]):\n    return instance['uuid']\n",
        "@object_compat\ndef f(self, context, instance):\n    return instance['uuid']\n",
        "@object_compat\ndef f(self, context, instance, migration):\n    return migration['dest_host']\n",
        "def f(context):\n    i = instance_obj.Instance.get_by_uuid(context, 'u')\n    return i['uuid']\n",
        "def f(context, row):\n    i = Instance._from_db_object(context, Instance(), row)\n    return i['uuid']\n",
        "def f(context):\n    i = objects.Instance(context)\n    return i['uuid']\n",
        "def f(context):\n    i: Instance = find(context)\n    return i['uuid']\n",
        "def f(context):\n    return [i['uuid'] for i in InstanceList.get_by_host(context, 'h')]\n",
        "def f(context):\n    for i in InstanceList.get_by_host(context, 'h').objects:\n        i['uuid']\n",
        "def f(context, nodes: list[ComputeNode]):\n    return nodes[0]['id']\n",
        "def f(context):\n    a = InstanceList.get_by_host(context, 'h')\n    b = sorted(a)[1:]\n    b[0]['uuid']\n",
        "def f(c):\n    a = []\n    for i in InstanceList.get_by_host(c):\n        a.append(i)\n    a[0]['uuid']\n",
        "def f(c):\n    m = dict((i.name, i) for i in InstanceList.get_by_host(c))\n    m.get('a')['uuid']\n",
        "def f(c):\n    m = {i.name: i for i in InstanceList.get_by_host(c)}\n    return m['a']['uuid']\n",
        "def f(c):\n    return next(i for i in InstanceList.get_by_host(c))['uuid']\n",
        "def f(c):\n    a, b = 1, Instance.get_by_uuid(c, 'u')\n    return b['uuid']\n",
        "def f(c):\n    a = None\n    if c:\n        a = Instance.get_by_uuid(c, 'u')\n    return a['uuid']\n",
        "def f(c):\n    a = Instance.get_by_uuid(c, 'u') if c else None\n    return a['uuid']\n",
        "def f(c):\n    if a := Instance.get_by_uuid(c, 'u'):\n        return a['uuid']\n",
        "def f(c):\n    s = Service.get_by_compute_host(c, 'h')\n    return s.compute_node['id']\n",
        "def f(c, instance: Instance):\n    def g():\n        return instance['uuid']\n    return g()\n",
        "def f(c, instance: Instance):\n    return {**g(instance['a'])}\n",
        "def f(c, instance: Instance):\n    return copy.deepcopy(instance)['uuid']\n",
        "def f(c):\n    g(c, Instance.get_by_uuid(c, 'u'))\ndef _h(c):\n    pass\ndef g(c, instance):\n"
        "    return instance['uuid']\n",
        "class M:\n    def _find(self, c):\n        return 1, Instance.get_by_uuid(c, 'u')\n    def f(self, c):\n"
        "        _, found = self._find(c)\n        return found['uuid']\n",
        "class M:\n    def f(self, c):\n        self._g(c, it=Instance.get_by_uuid(c, 'u'))\n"
        "    def _g(self, c, it):\n        return it['uuid']\n",
        "def f(c, migration):\n    migration.save()\n    return migration['id']\n",
        "def f(c, migration):\n    g(obj_base.obj_to_primitive(migration))\n    return migration['id']\n",
        "try:\n    print 'x'\nexcept E, e:\n    pass\ndef f(c, instance):\n    return instance['uuid']\n",
    ],
)
def test_an_object_is_known(found, text):
    assert len(found(text, ITEM)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "def f(context, row):\n    return row['uuid']\n",
        "def f(context, migration):\n    return migration['id']\n",
        "def f(context, settings):\n    settings.save()\n    return settings['id']\n",
        "def f(context, instance: dict):\n    return instance['uuid']\n",
        "def f(context, instance: dict[str, Any]):\n    return instance['uuid']\n",
        "def f(context, instance):\n    instance = {'uuid': 1}\n    return instance['uuid']\n",
        "def f(context, instance):\n    instance = dict(a=1)\n    return instance['a']\n",
        "def f(context, instance):\n    instance = find(context)\n    return instance['uuid']\n",
        "def f(self, context):\n    instance = self.conductor_api.instance_get_by_uuid(context, 'u')\n"
        "    return instance['uuid']\n",
        "def f(c, instance):\n    for instance in [{'uuid': 1}]:\n        instance['uuid']\n",
        "def f(c, instance):\n    return [instance['uuid'] for instance in find(c)]\n",
        "def f(c, instance):\n    return (lambda instance: instance['uuid'])({})\n",
        "def f(c, instance):\n    with find(c) as instance:\n        return instance['uuid']\n",
        "def f(c, instance):\n    try:\n        g()\n    except E as instance:\n        return instance['uuid']\n",
        "def f(c, instance):\n    match c:\n        case [instance]:\n            return instance['uuid']\n",
        "def f(c, instance):\n    p = obj_to_primitive(instance)\n    return p['uuid']\n",
        "def f(c, instance):\n    return instance.system_metadata['key']\n",
        "def f(c, instance):\n    return instance.uuid\n",
        "def f(c):\n    return InstanceList.get_by_host(c, 'h')[0]\n",
        "def f(c):\n    _g(c, {'uuid': 1})\ndef _g(c, instance):\n    return instance['uuid']\n",
        "def f(c, instance):\n    def g(instance):\n        return instance['uuid']\n    return g({'uuid': 1})\n",
    ],
)
def test_a_dict_and_what_is_not_known_are_left_alone(found, text):
    assert found(text, ITEM) == []


def test_what_is_an_object_on_one_way_only_is_told_without_confidence(found):
    text = """
        def f(self, context, instance):
            if context.old:
                instance = self._instance_update(context, instance.uuid)
            return instance['host']
    """
    assert found(text, ITEM) == [("instance['host']", "low")]


def test_what_is_assigned_in_a_loop_is_known_at_its_beginning(found):
    text = """
        def f(self, context, instance):
            while context:
                instance['host']
                instance = self._instance_update(context, instance.uuid)
    """
    assert found(text, ITEM) == [("instance['host']", "low")]


def test_a_closure_sees_what_is_assigned_after_it(found):
    text = """
        def f(self, context, instance):
            def host():
                return instance['host']
            instance = self._instance_update(context, instance.uuid)
            return host()
    """
    assert found(text, ITEM) == [("instance['host']", "low")]


def test_a_branch_that_does_not_go_on_counts_no_more(found):
    text = """
        def f(self, context, instance):
            if context.old:
                instance = {}
                return
            return instance['host']
    """
    assert found(text, ITEM) == [("instance['host']", "medium")]


def test_what_an_except_clause_sees_may_be_from_before_the_error(found):
    text = """
        def f(self, context, instance):
            try:
                instance = self._instance_update(context, instance.uuid)
            except Exception:
                return instance['host']
    """
    assert found(text, ITEM) == [("instance['host']", "low")]


def test_a_caller_with_a_dict_and_one_with_an_object_make_it_uncertain(found):
    text = """
        class M:
            def f(self, context):
                self._g(context, Instance.get_by_uuid(context, 'u'))
                self._g(context, obj_to_primitive(Instance.get_by_uuid(context, 'u')))

            def _g(self, context, instance):
                return instance['host']
    """
    assert found(text, ITEM) == [("instance['host']", "low")]


def test_a_callback_takes_what_its_parameter_s_name_says(found):
    text = """
        class M:
            def f(self, context, x):
                self.driver.move(context, x, self._done)

            def _done(self, context, instance):
                return instance['host']
    """
    assert found(text, ITEM) == [("instance['host']", "medium")]


def test_recursion_comes_to_an_end(found):
    text = """
        def f(context, found):
            if found is None:
                return f(context, Instance.get_by_uuid(context, 'u'))
            return f(context, found['host'])
    """
    assert found(text, ITEM) == []


def test_the_table_of_parameters_can_be_added_to(found):
    text = "def f(context, guest):\n    return guest['uuid']\n"
    assert found(text, ITEM) == []
    assert found(text, ITEM, settings=Settings(parameters={"guest": "Instance"})) == [("guest['uuid']", "medium")]


def test_one_caller_with_a_dict_is_enough_whatever_the_others_have(found):
    text = """
        def f(context, instance, x):
            _g(instance)
            _g(to_primitive(instance))
            _g(x)

        def _g(instance):
            return instance['host']
    """
    assert found(text, ITEM) == [("instance['host']", "low")]


def test_a_caller_of_which_nothing_is_known_does_not_take_the_name_s_meaning_away(found):
    text = """
        def f(context, x):
            g(x)

        def g(instance):
            return instance['host']
    """
    assert found(text, ITEM) == [("instance['host']", "medium")]
