def test_the_database_api_uses_it_and_each_test_has_an_empty_one(run):
    result = run(
        """
from fakevirt.context import RequestContext
from fakevirt.db import api, builders
from fakevirt.db.engine import Database

@pytest.mark.parametrize("n", [1, 2])
def test_it(fake_database, n):
    assert isinstance(fake_database, Database)
    context = RequestContext(user_id="u", project_id="p")
    assert api.instance_get_all_by_host(context, "src") == []
    api.instance_create(context, builders.instance_row(id=None, host="src"))
    assert len(api.instance_get_all_by_host(context, "src")) == 1
"""
    )
    result.assert_outcomes(passed=2)
